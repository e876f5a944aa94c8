"""A handler that makes one conditional write by boto3, and nothing else."""

import boto3

dynamodb = boto3.client("dynamodb")


def lambda_handler(event: object, context: object) -> dict[str, int]:
    dynamodb.update_item(
        TableName="payments",
        Key={"orderId": {"S": "1680576995412"}},
        UpdateExpression="SET #status = :paid, paidAt = :now",
        ConditionExpression="#status = :pending",
        ExpressionAttributeNames={"#status": "status"},
        ExpressionAttributeValues={
            ":paid": {"S": "PAID"},
            ":pending": {"S": "PENDING"},
            ":now": {"N": "1680577200000"},
        },
        ReturnValues="ALL_NEW",
    )
    return {"statusCode": 200}
