"""Lets the tables forget what the template says is over.

MiniStack 1.5.33 can drop items by their time, but does not read `TimeToLiveSpecification` when it
deploys a table. Delete this module the day it does.
"""

from local.aws import Aws
from local.intrinsics import Resolver


def switch_on(aws: Aws, stack_name: str) -> None:
    """Give each deployed table the time to live that its template has."""
    dynamodb, resolver = aws.dynamodb(), Resolver.of_stack(aws, stack_name)
    for name, resource in resolver.template["Resources"].items():
        wanted = resource.get("Properties", {}).get("TimeToLiveSpecification")
        if resource["Type"] == "AWS::DynamoDB::Table" and wanted:
            dynamodb.update_time_to_live(
                TableName=resolver.physical_ids[name], TimeToLiveSpecification=wanted
            )
