"""What template.yaml has to keep to, read from what SAM makes of it. Each gives what breaks it."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from cfnlint.api import lint
from cfnlint.config import ManualArgs

from checks import sam

type Document = dict[str, Any]

ACCEPTED_STARS = {
    ("TracingPolicy", "*"): "X-Ray's actions know no resources",
    ("DataKey", "*"): "in a key's policy this is the key itself",
    ("DataKey", "kms:*"): "else nobody could ever change the key; it lets nobody in by itself",
    (
        "PaymentStreamRole",
        '{"Fn::Sub": "${PaymentsTable.Arn}/stream/*"}',
    ): "Lambda lists a table's streams before it knows which there are",
    (
        "CodeDeployServiceRole",
        "arn:aws:iam::aws:policy/service-role/AWSCodeDeployRoleForLambda",
    ): "SAM's role for CodeDeploy, which shifts aliases; no code of ours has it",
}
"""By resource and by what stands there, with the reason."""

API_GATEWAY_SECONDS = 30
AUTHORIZER_SECONDS = 10
VISIBILITY_TIMES = 6  # as Lambda wants it of a queue that it reads


def errors(template: Document) -> list[str]:
    """What cfn-lint takes for an error: what CloudFormation would not make, circles among it."""
    found = lint(json.dumps(template), config=ManualArgs(regions=[sam.REGION]))
    return [f"{one.rule.id} {one.message}" for one in found if one.rule.severity == "error"]


def of_type(template: Document, *types: str) -> dict[str, Document]:
    """Properties of the resources of these types, by logical id."""
    found = template["Resources"].items()
    return {name: one.get("Properties", {}) for name, one in found if one["Type"] in types}


def functions(template: Document) -> dict[str, Document]:
    """The Lambda functions' properties."""
    return of_type(template, "AWS::Lambda::Function")


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def policies(template: Document) -> Iterator[tuple[str, Document]]:
    for name, properties in of_type(template, "AWS::IAM::Role", "AWS::IAM::User").items():
        for policy in properties.get("Policies", []):
            yield name, policy["PolicyDocument"]
    kinds = ("AWS::IAM::ManagedPolicy", "AWS::IAM::Policy", "AWS::SQS::QueuePolicy")
    for name, properties in of_type(template, *kinds).items():
        yield name, properties["PolicyDocument"]
    for name, properties in of_type(template, "AWS::KMS::Key").items():
        yield name, properties["KeyPolicy"]


def stars(template: Document) -> set[tuple[str, str]]:
    """Where a policy allows more than is written out: a star, or a policy of AWS's own."""
    found = set()
    for name, document in policies(template):
        for statement in document["Statement"]:
            for part in ("Action", "NotAction", "Resource", "NotResource"):
                for one in listed(statement.get(part, [])):
                    text = one if isinstance(one, str) else json.dumps(one)
                    if "*" in text or part.startswith("Not"):
                        found.add((name, text))
    for name, properties in of_type(template, "AWS::IAM::Role").items():
        for one in properties.get("ManagedPolicyArns", []):
            if not (isinstance(one, dict) and one.get("Ref") in template["Resources"]):
                found.add((name, one if isinstance(one, str) else json.dumps(one)))
    return found


def shared_roles(template: Document) -> list[str]:
    """Functions whose role is another one's too, or is not in the template."""
    roles = {name: json.dumps(one["Role"]) for name, one in functions(template).items()}
    own = {name: json.dumps({"Fn::GetAtt": [f"{name}Role", "Arn"]}) for name in roles}
    return [name for name, role in roles.items() if role != own[name]]


_SECRET_NAME = re.compile(r"SECRET|PASSWORD|TOKEN|API_?KEY|PRIVATE|CREDENTIAL", re.IGNORECASE)
_SECRET_VALUE = re.compile(
    r"(?=[^/]*\d)[A-Za-z0-9+/=_-]{20,}|AKIA|sk_|whsec_|BEGIN|\{\{resolve:", re.ASCII
)


def secrets_in_settings(template: Document) -> list[str]:
    """Settings that look like a secret: written out, resolved at deploy time or a hidden one."""
    hidden = {n for n, one in template.get("Parameters", {}).items() if one.get("NoEcho")}
    found = []
    for name, function in functions(template).items():
        for variable, value in function["Environment"]["Variables"].items():
            text = value if isinstance(value, str) else json.dumps(value)
            literal = isinstance(value, str) and _SECRET_NAME.search(variable)
            if literal or _SECRET_VALUE.search(text) or (hidden & set(re.findall(r"\w+", text))):
                found.append(f"{name}.{variable}")
    return found


def without_logs(template: Document) -> list[str]:
    """Functions whose logs go to no log group here, or to one without an end or without a key."""
    groups = of_type(template, "AWS::Logs::LogGroup")
    found = []
    for name, function in functions(template).items():
        group = groups.get(function.get("LoggingConfig", {}).get("LogGroup", {}).get("Ref"), {})
        if not (group.get("RetentionInDays") and group.get("KmsKeyId")):
            found.append(name)
    return found


TEST_MODE = "HasTestMode"
"""The condition of what exists only where no money moves; nobody is woken for it."""


def without_alarm(template: Document) -> list[str]:
    """Functions whose errors or throttles nobody would be told of."""
    watched = {
        (json.dumps(alarm["Dimensions"][0]["Value"]), alarm["MetricName"])
        for alarm in of_type(template, "AWS::CloudWatch::Alarm").values()
        if alarm["Namespace"] == "AWS/Lambda"
    }
    return [
        f"{name} {metric}"
        for name in functions(template)
        if template["Resources"][name].get("Condition") != TEST_MODE
        for metric in ("Errors", "Throttles")
        if (json.dumps({"Ref": name}), metric) not in watched
    ]


def unwatched_dead_letters(template: Document) -> list[str]:
    """Queues of dead letters that no alarm watches."""
    text = json.dumps(template["Resources"])
    letters = re.findall(
        r'"(?:deadLetterTargetArn|Destination)": \{"Fn::GetAtt": \["(\w+)", "Arn"\]\}', text
    )
    watched = {
        json.dumps(alarm["Dimensions"][0]["Value"])
        for alarm in of_type(template, "AWS::CloudWatch::Alarm").values()
        if alarm["MetricName"] == "ApproximateNumberOfMessagesVisible"
    }
    wanted = {name: json.dumps({"Fn::GetAtt": [name, "QueueName"]}) for name in letters}
    return [name for name, dimension in wanted.items() if dimension not in watched]


def silent_destinations(template: Document) -> list[str]:
    """Functions whose discarded records are lost, and nobody told, if their destination is down."""
    watched = {
        alarm["Dimensions"][0]["Value"]["Ref"]
        for alarm in of_type(template, "AWS::CloudWatch::Alarm").values()
        if alarm["MetricName"] == "DestinationDeliveryErrors"
    }
    aliases = of_type(template, "AWS::Lambda::Alias")
    return [
        function
        for source in of_type(template, "AWS::Lambda::EventSourceMapping").values()
        if "OnFailure" in source.get("DestinationConfig", {})
        for function in [aliases[source["FunctionName"]["Ref"]]["FunctionName"]["Ref"]]
        if function not in watched
    ]


def silent_alarms(template: Document) -> list[str]:
    """Alarms that do not go to the topic, or are not on the dashboard."""
    topic = {"Fn::If": ["SendsAlarms", [{"Ref": "AlarmTopicArn"}], {"Ref": "AWS::NoValue"}]}
    boards = json.dumps(of_type(template, "AWS::CloudWatch::Dashboard"))
    return [
        name
        for name, alarm in of_type(template, "AWS::CloudWatch::Alarm").items()
        if alarm.get("AlarmActions") != topic or f"${{{name}.Arn}}" not in boards
    ]


def impatient_callers(template: Document) -> list[str]:
    """Functions without memory or timeout of their own, or that outlast who waits for them."""
    found = []
    limits = _patience(template)
    for name, function in functions(template).items():
        timeout = function.get("Timeout")
        if not function.get("MemorySize") or not timeout or timeout > limits.get(name, timeout):
            found.append(name)
    return found


def _patience(template: Document) -> dict[str, float]:
    """Seconds that each function's callers wait for it, where they do."""
    aliases = {
        name: alias["FunctionName"]["Ref"]
        for name, alias in of_type(template, "AWS::Lambda::Alias").items()
    }
    limits: dict[str, float] = {}

    def limit(alias: str, seconds: float) -> None:
        function = aliases[alias]
        limits[function] = min(seconds, limits.get(function, seconds))

    for api in of_type(template, "AWS::ApiGatewayV2::Api").values():
        text = json.dumps(api["Body"])
        for alias in re.findall(r'"uri": \{"Fn::Sub": "[^"]*\$\{(\w+)\}/invocations"', text):
            limit(alias, API_GATEWAY_SECONDS - 1)
        for alias in re.findall(r'"authorizerUri": .*?"(\w+Alias\w+)"', text):
            limit(alias, AUTHORIZER_SECONDS)
    queues = of_type(template, "AWS::SQS::Queue")
    for source in of_type(template, "AWS::Lambda::EventSourceMapping").values():
        arn = source["EventSourceArn"].get("Fn::GetAtt", [""])
        if arn[0] in queues:
            hidden = queues[arn[0]].get("VisibilityTimeout", 30)
            limit(source["FunctionName"]["Ref"], hidden / VISIBILITY_TIMES)
    return limits


def unthrottled_routes(template: Document) -> list[str]:
    """Routes without limits of their own."""
    (body,) = [api["Body"] for api in of_type(template, "AWS::ApiGatewayV2::Api").values()]
    (stage,) = of_type(template, "AWS::ApiGatewayV2::Stage").values()
    limits = stage.get("RouteSettings", {})
    routes = [f"{method.upper()} {path}" for path, ways in body["paths"].items() for method in ways]
    wanted = ("ThrottlingRateLimit", "ThrottlingBurstLimit")
    return [name for name in routes if not all(limits.get(name, {}).get(one) for one in wanted)]


def telling_access_logs(template: Document) -> list[str]:
    """What the access logs would tell of a customer, an order or who called."""
    harmless = {
        "authorizer.error",
        "integrationErrorMessage",
        "integrationLatency",
        "integrationStatus",
        "requestId",
        "requestTime",
        "responseLatency",
        "routeKey",
        "status",
    }
    (stage,) = of_type(template, "AWS::ApiGatewayV2::Stage").values()
    told = re.findall(r"\$context\.([A-Za-z.]+)", stage["AccessLogSettings"]["Format"])
    return [name for name in told if name not in harmless]


_KEYS: dict[str, Callable[[Document], Any]] = {
    "AWS::DynamoDB::Table": lambda one: one.get("SSESpecification", {}).get("KMSMasterKeyId"),
    "AWS::SQS::Queue": lambda one: one.get("KmsMasterKeyId"),
    "AWS::Logs::LogGroup": lambda one: one.get("KmsKeyId"),
    "AWS::SecretsManager::Secret": lambda one: one.get("KmsKeyId"),
}


def without_our_key(template: Document) -> list[str]:
    """Tables, queues, log groups and secrets that another key encrypts."""
    ours = {"Fn::GetAtt": ["DataKey", "Arn"]}
    return [
        name
        for kind, key in _KEYS.items()
        for name, properties in of_type(template, kind).items()
        if key(properties) != ours
    ]


def stale_settings(template: Document) -> list[str]:
    """Parameters that a function reads, and whose change would publish no version of it."""
    parameters = set(template["Parameters"])
    versions = of_type(template, "AWS::Lambda::Version").values()
    described = {one["FunctionName"]["Ref"]: one.get("Description") for one in versions}
    found = []
    for name, function in functions(template).items():
        read = set(re.findall(r"\w+", json.dumps(function["Environment"]))) & parameters
        known = set(re.findall(r"\w+", json.dumps(described.get(name))))
        found += [f"{name}.{parameter}" for parameter in sorted(read - known)]
    return found
