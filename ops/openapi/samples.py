"""Examples: the sample of Finpay's page, and what is plainly made up. Tests hold each of them
against its schema.
"""

from typing import Any

ORDER_ID = "1680576995412"

REQUEST: dict[str, Any] = {
    "customer": {
        "email": "hajar.finnet@gmail.com",
        "firstName": "Hajar",
        "lastName": "Ismail",
        "mobilePhone": "+6281286288844",
    },
    "order": {"id": ORDER_ID, "amount": "1000", "description": "Testing"},
    "url": {"callbackUrl": "https://sandbox.finpay.co.id/simdev/finpay/result/resultfailed.php"},
    "sourceOfFunds": {"type": "finpaycode"},
}

PENDING: dict[str, Any] = {
    "orderId": ORDER_ID,
    "status": "PENDING",
    "version": 2,
    "amount": 1000,
    "currency": "IDR",
    "sourceOfFunds": "finpaycode",
    "paymentCode": "8802700000076850",
    "redirectUrl": "https://devo.finpay.id/widgetpg/pending/1",
    "expiresAt": "2023-04-05T09:56:35+07:00",
    "appUrl": None,
    "imageUrl": None,
    "accountList": None,
    "paidAmount": None,
    "paidAt": None,
    "paidLate": False,
    "channel": None,
    "finpayReference": None,
    "createdAt": "2023-04-04T02:56:35.412Z",
    "updatedAt": "2023-04-04T02:56:36.384Z",
}
PAID = PENDING | {
    "status": "PAID",
    "version": 3,
    "paidAmount": 1000,
    "paidAt": "2023-04-04T10:00:00+07:00",
    "channel": "INDOMARET",
    "finpayReference": "8f0e1d2c",
    "updatedAt": "2023-04-04T03:00:01.250Z",
}
CANCELLED = PENDING | {
    "status": "CANCELLED",
    "version": 3,
    "updatedAt": "2023-04-04T03:10:00.125Z",
}

CALLBACK: dict[str, Any] = {
    "merchant": {"id": "FINPAY770"},
    "customer": {"id": "hajar.finnet@gmail.com"},
    "order": {"id": ORDER_ID, "reference": "", "amount": 1000, "currency": "IDR"},
    "sourceOfFunds": {"type": "finpaycode", "paymentCode": "8802700000076850"},
    "meta": {"data": None},
    "result": {
        "payment": {
            "status": "PAID",
            "statusDesc": None,
            "datetime": "2023-04-04 10:00:00",
            "reference": "8f0e1d2c",
            "channel": "INDOMARET",
            "amount": 1000,
        }
    },
    "signature": "0123456789abcdef" * 8,
}
ACKNOWLEDGED = {"responseCode": "2000000", "responseMessage": "Success", "processingTime": 0.66}

EVENT = {"type": "payment.paid", "timestamp": "2023-04-04T03:00:01.250Z", "data": PAID}
