"""What AWS and Finpay answer while nothing is measured but the functions themselves."""

import base64
import json
from typing import Any

from bench.places import EVENTS
from payments.storefronts import api_key_format

type Document = dict[str, Any]

MERCHANT = {"merchantId": "FINPAY770", "merchantKey": "SoSecret123"}
ORDER_ID = "1680576995412"
API_KEY = api_key_format.compose("demo", "x" * 43)


def event(name: str) -> Document:
    """An event of `events/`, as AWS sends it."""
    loaded: Document = json.loads((EVENTS / f"{name}.json").read_text())
    return loaded


PENDING: Document = event("payment_stream")["Records"][0]["dynamodb"]["NewImage"]
PAID: Document = PENDING | {
    "status": {"S": "PAID"},
    "version": {"N": "3"},
    "money": {
        "L": [
            {
                "M": {
                    "kind": {"S": "paid"},
                    "by": {"S": "callback"},
                    "at": {"N": "1680577200412"},
                    "paidAt": {"N": "1680577200000"},
                    "reference": {"S": "8f0e1d2c"},
                    "orderReference": {"S": "8f0e1d2c"},
                    "channel": {"S": "INDOMARET"},
                }
            }
        ]
    },
    "history": {
        "L": [
            *PENDING["history"]["L"],
            {
                "M": {
                    "status": {"S": "PAID"},
                    "at": {"N": "1680577200412"},
                    "by": {"S": "callback"},
                    "writeId": {"S": "0d3f5a7c9e1b2864"},
                    "payloadDigest": {"S": "0123456789abcdef0123456789abcdef"},
                }
            },
        ]
    },
}
_STOREFRONT: Document = {
    "storefrontId": {"S": "demo"},
    "createdAt": {"N": "1680576995412"},
    "keys": {
        "L": [
            {
                "M": {
                    "digest": {"S": api_key_format.digest(API_KEY)},
                    "createdAt": {"N": "1680576995412"},
                }
            }
        ]
    },
    "webhookSecrets": {
        "L": [
            {
                "M": {
                    "id": {"S": "1"},
                    "sealed": {"B": base64.b64encode(b"sealed" * 30).decode()},
                    "createdAt": {"N": "1680576995412"},
                }
            }
        ]
    },
    "allowedOrigins": {"L": [{"S": "*"}]},
    "goneEndpoints": {"M": {}},
}
SECRET = {
    "ARN": "arn:aws:secretsmanager:ap-southeast-3:123456789012:secret:finpay",
    "Name": "finpay",
    "VersionId": "a1b2c3d4-0000-0000-0000-000000000000",
    "SecretString": json.dumps(MERCHANT),
    "VersionStages": ["AWSCURRENT"],
    "CreatedDate": 1_680_576_995.412,
}
DECRYPTED = {
    "Plaintext": base64.b64encode(b"k" * 24).decode(),
    "KeyId": "arn:aws:kms:ap-southeast-3:123456789012:key/1",
    "EncryptionAlgorithm": "SYMMETRIC_DEFAULT",
}
INITIATED = {
    "responseCode": "2000000",
    "responseMessage": "Success",
    "redirecturl": "https://devo.finpay.id/widgetpg/pending/1",
    "expiryLink": "2023-04-05 09:56:35",
    "paymentCode": "8802700000000001",
    "processingTime": 0.9,
    "traceId": "1f7c2a1e-0000-4000-8000-000000000000",
}
CHECKED = {
    "responseCode": "2000000",
    "responseMessage": "Success",
    "data": {
        "merchant": {"id": MERCHANT["merchantId"]},
        "customer": {"id": "1"},
        "order": {"id": ORDER_ID, "reference": "", "amount": 1000, "currency": "IDR"},
        "meta": {"data": None},
        "result": {"payment": {"amount": 0, "status": "REQUEST_INITIATED", "statusDesc": None}},
    },
    "processingTime": 0.1,
    "traceId": "1f7c2a1e-0000-4000-8000-000000000001",
}


def item_of(request: Document) -> Document:
    """The answer to GetItem; the tables of circuits and of idempotency are empty."""
    found = {"payments": PENDING, "storefronts": _STOREFRONT}.get(request["TableName"])
    return {"Item": found} if found else {}


def sent(request: Document) -> Document:
    """The answer to SendMessageBatch."""
    entries = [
        {"Id": entry["Id"], "MessageId": "1", "MD5OfMessageBody": ""}
        for entry in request["Entries"]
    ]
    return {"Successful": entries}
