from mypy_boto3_dynamodb import DynamoDBClient

from payments.aws.callback_quarantine_table import DynamoQuarantine
from payments.domain.gateway_status import QuarantineReason
from testing.builders import NOW, make_gateway_status


def kept(dynamodb: DynamoDBClient) -> list[dict[str, object]]:
    items = dynamodb.scan(TableName="QuarantineTable")["Items"]
    return [{name: next(iter(value.values())) for name, value in i.items()} for i in items]


def test_what_a_callback_reported_is_kept_for_90_days(
    quarantine: DynamoQuarantine, dynamodb: DynamoDBClient
) -> None:
    quarantine.keep("A-1", QuarantineReason.SIGNATURE, "e1", make_gateway_status(paid_amount=900))
    assert kept(dynamodb) == [
        {
            "orderId": "A-1",
            "payloadDigest": "e1",
            "reason": "signature",
            "receivedAt": str(NOW),
            "deleteAt": str(NOW // 1000 + 90 * 86_400),
            "reportedStatus": "PAID",
            "reportedAmount": "900",
            "reportedCurrency": "IDR",
            "finpayReference": "8f0e1d2c",
        }
    ]


def test_a_callback_that_reports_nothing_readable_is_kept_too(
    quarantine: DynamoQuarantine, dynamodb: DynamoDBClient
) -> None:
    quarantine.keep("A-1", QuarantineReason.UNREADABLE, "e1", None)
    quarantine.keep(
        "A-1",
        QuarantineReason.MISMATCH,
        "e2",
        make_gateway_status(amount=None, paid_amount_given=False),
    )
    assert [(item["payloadDigest"], item.get("reportedAmount")) for item in kept(dynamodb)] == [
        ("e1", None),
        ("e2", None),
    ]


def test_what_was_ordered_is_what_was_reported_where_no_paid_amount_is_named(
    quarantine: DynamoQuarantine, dynamodb: DynamoDBClient
) -> None:
    reported = make_gateway_status(paid_amount=None, paid_amount_given=False)
    quarantine.keep("A-1", QuarantineReason.UNKNOWN_ORDER, "e1", reported)
    assert [item["reportedAmount"] for item in kept(dynamodb)] == ["1000"]


def test_the_same_callback_is_kept_once(
    quarantine: DynamoQuarantine, dynamodb: DynamoDBClient
) -> None:
    for _ in range(3):
        quarantine.keep("A-1", QuarantineReason.SIGNATURE, "e1", None)
    assert len(kept(dynamodb)) == 1
