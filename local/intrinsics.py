"""Resolves CloudFormation's intrinsic functions for `http_api` and `expiry`; goes with them."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from local.aws import ACCOUNT_ID, Aws

_PLACEHOLDER = re.compile(r"\$\{([^!}][^}]*)\}")


@dataclass(frozen=True)
class Resolver:
    """Knows what the resources of a deployed stack are called."""

    template: dict[str, Any]
    physical_ids: Mapping[str, str]
    pseudo_parameters: Mapping[str, str]

    @classmethod
    def of_stack(cls, aws: Aws, stack_name: str) -> Self:
        client = aws.cloudformation()
        template: Any = client.get_template(StackName=stack_name, TemplateStage="Processed")[
            "TemplateBody"
        ]
        pages = client.get_paginator("list_stack_resources").paginate(StackName=stack_name)
        return cls(
            template=json.loads(template) if isinstance(template, str) else template,
            physical_ids={
                resource["LogicalResourceId"]: resource["PhysicalResourceId"]
                for page in pages
                for resource in page["StackResourceSummaries"]
            },
            pseudo_parameters={
                "AWS::Partition": "aws",
                "AWS::Region": aws.region,
                "AWS::AccountId": ACCOUNT_ID,
                "AWS::StackName": stack_name,
            },
        )

    def resolve(self, value: Any) -> Any:
        """Return `value` with every Ref, Fn::GetAtt (of functions) and Fn::Sub in it replaced."""
        match value:
            case {"Ref": str(name)}:
                return self._named(name)
            case {"Fn::GetAtt": [str(name), str(attribute)]}:
                return self._named(f"{name}.{attribute}")
            case {"Fn::Sub": [str(text), dict(values)]}:
                return self._substitute(text, self.resolve(values))
            case {"Fn::Sub": str(text)}:
                return self._substitute(text, {})
        return self._resolve_members(value)

    def _resolve_members(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: self.resolve(one) for key, one in value.items()}
        return [self.resolve(one) for one in value] if isinstance(value, list) else value

    def _substitute(self, text: str, values: Mapping[str, str]) -> str:
        return _PLACEHOLDER.sub(lambda m: values.get(m[1]) or self._named(m[1]), text)

    def _named(self, name: str) -> str:
        if name in self.pseudo_parameters:
            return self.pseudo_parameters[name]
        resource, _, attribute = name.partition(".")
        physical_id = self.physical_ids[resource]
        if attribute == "Arn":
            region = self.pseudo_parameters["AWS::Region"]
            return f"arn:aws:lambda:{region}:{ACCOUNT_ID}:function:{physical_id}"
        return physical_id
