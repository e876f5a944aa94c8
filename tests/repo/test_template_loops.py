"""The loops of template.yaml are expanded as CloudFormation and the SAM CLI expand them."""

from typing import Any

from samcli.lib.cfn_language_extensions.sam_integration import expand_language_extensions
from samtranslator.yaml_helper import yaml_parse

from local.template import is_loop, read
from testing.template import ROOT

TEXT = (ROOT / "template.yaml").read_text()
ALARM = "AWS::CloudWatch::Alarm"

LOOP = """
Transform: [AWS::LanguageExtensions, AWS::Serverless-2016-10-31]
Mappings:
  Texts:
    One: {Text: the first}
    Two: {Text: the second}
Resources:
  Fn::ForEach::Loop:
    - Name
    - [One, Two]
    - ${Name}Alarm:
        Type: AWS::CloudWatch::Alarm
        Properties:
          AlarmDescription: !FindInMap [Texts, !Ref Name, Text]
          Dimensions:
            - Value: {"Ref": !Sub "${Name}"}
            - Value: {"Fn::GetAtt": [!Sub "${Name}Queue", QueueName]}
            - Value: !Sub ${Name}-${Stage}
          AlarmActions: [!Ref AlarmTopicArn]
  Topic:
    Type: AWS::SNS::Topic
"""


def alarm(name: str, text: str) -> dict[str, Any]:
    """What the loop makes for an item."""
    values = [
        {"Ref": name},
        {"Fn::GetAtt": [f"{name}Queue", "QueueName"]},
        {"Fn::Sub": f"{name}-${{Stage}}"},
    ]
    properties = {
        "AlarmDescription": text,
        "Dimensions": [{"Value": value} for value in values],
        "AlarmActions": [{"Ref": "AlarmTopicArn"}],
    }
    return {"Type": ALARM, "Properties": properties}


def test_a_loop_makes_a_resource_for_each_item_and_changes_no_other_reference() -> None:
    template = read(LOOP)
    assert template["Transform"] == ["AWS::Serverless-2016-10-31"]
    assert template["Resources"] == {
        "OneAlarm": alarm("One", "the first"),
        "TwoAlarm": alarm("Two", "the second"),
        "Topic": {"Type": "AWS::SNS::Topic"},
    }


def test_the_sam_cli_makes_the_same_of_the_loops_in_the_template() -> None:
    """Except for parameters, which it replaces by their defaults."""
    raw = yaml_parse(TEXT)
    theirs = expand_language_extensions(raw, {}, enabled=True).expanded_template["Resources"]
    ours = read(TEXT)["Resources"]
    assert list(ours) == list(theirs)
    looped = set(ours) - set(raw["Resources"])
    assert len(looped) >= 15
    for name in looped:
        assert without_actions(ours[name]) == without_actions(theirs[name])


def without_actions(resource: dict[str, Any]) -> dict[str, Any]:
    properties = {k: v for k, v in resource["Properties"].items() if k != "AlarmActions"}
    return resource | {"Properties": properties}


def test_what_is_read_has_no_loop_left() -> None:
    assert [name for name in yaml_parse(TEXT)["Resources"] if is_loop(name)]
    assert not [name for name in read(TEXT)["Resources"] if is_loop(name)]
    assert "Fn::ForEach" not in str(read(TEXT))
