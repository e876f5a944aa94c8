"""Flask behind apig-wsgi: one function for all routes."""

import json
import logging
import os
import time
from typing import Any

import boto3
from apig_wsgi import make_lambda_handler
from flask import Flask, request
from pydantic import ValidationError
from rules.finpay_service import FinpayService, RefusedError, acknowledged
from rules.model import Callback, Payment

from payments.domain.errors import SignatureError

logger = logging.getLogger()
logger.setLevel(logging.INFO)
app = Flask(__name__)
merchant = json.loads(
    boto3.client("secretsmanager").get_secret_value(SecretId=os.environ["FINPAY_SECRET"])[
        "SecretString"
    ]
)
finpay_service = FinpayService(
    boto3.resource("dynamodb").Table(os.environ["PAYMENTS_TABLE"]),
    os.environ["FINPAY_BASE_URL"],
    merchant["merchantId"],
    merchant["merchantKey"],
)


def storefront() -> str:
    """The storefront that API Gateway's authorizer named."""
    context = request.environ["apig_wsgi.request_context"]["authorizer"]["lambda"]
    return str(context["storefrontId"])


@app.errorhandler(RefusedError)
def refused(error: RefusedError) -> tuple[dict[str, str], int]:
    return {"detail": str(error)}, error.status


@app.errorhandler(SignatureError)
def unsigned(_: SignatureError) -> tuple[dict[str, str], int]:
    return {"detail": "signature"}, 401


@app.errorhandler(ValidationError)
def invalid(error: ValidationError) -> tuple[dict[str, Any], int]:
    return {"detail": error.errors(include_url=False, include_input=False)}, 422


@app.post("/payments")
def initiate() -> tuple[dict[str, Any], int]:
    payment = Payment.model_validate(request.get_json())
    base_url = os.environ["CALLBACK_BASE_URL"] or request.host_url.rstrip("/")
    created = finpay_service.initiate(payment, storefront(), base_url)
    logger.info("initiated %s", created["orderId"])
    return created, 201


@app.get("/payments/<order_id>")
def status(order_id: str) -> dict[str, Any]:
    return finpay_service.status(order_id, storefront())


@app.post("/callbacks/finpay/<order_id>/<token>")
def callback(order_id: str, token: str) -> dict[str, Any]:
    started, body = time.perf_counter(), request.get_data()
    finpay_service.admit(order_id, token, body)
    finpay_service.apply_status(order_id, body, Callback.model_validate_json(body))
    logger.info("settled %s", order_id)
    return acknowledged(started)


lambda_handler = make_lambda_handler(app)
