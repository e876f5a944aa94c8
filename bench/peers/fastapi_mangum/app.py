"""FastAPI behind Mangum: one function for all routes, models as parameters, plain `def` routes."""

import json
import logging
import os
import time
from typing import Any

import boto3
from fastapi import FastAPI, HTTPException, Request
from mangum import Mangum
from rules.finpay_service import FinpayService, RefusedError, acknowledged
from rules.model import Callback, Payment
from starlette.concurrency import run_in_threadpool

from payments.domain.errors import SignatureError

logger = logging.getLogger()
logger.setLevel(logging.INFO)
app = FastAPI(title="Payments")
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


def storefront_of(request: Request) -> str:
    """The storefront that API Gateway's authorizer named."""
    context = request.scope["aws.event"]["requestContext"]["authorizer"]["lambda"]
    return str(context["storefrontId"])


@app.post("/payments", status_code=201)
def initiate(payment: Payment, request: Request) -> dict[str, Any]:
    try:
        base_url = os.environ["CALLBACK_BASE_URL"] or str(request.base_url).rstrip("/")
        created = finpay_service.initiate(payment, storefront_of(request), base_url)
    except RefusedError as error:
        raise HTTPException(error.status, str(error)) from None
    logger.info("initiated %s", created["orderId"])
    return created


@app.get("/payments/{order_id}")
def status(order_id: str, request: Request) -> dict[str, Any]:
    try:
        return finpay_service.status(order_id, storefront_of(request))
    except RefusedError as error:
        raise HTTPException(error.status, str(error)) from None


@app.post("/callbacks/finpay/{order_id}/{token}")
async def callback(order_id: str, token: str, request: Request) -> dict[str, Any]:
    started, body = time.perf_counter(), await request.body()
    try:
        finpay_service.admit(order_id, token, body)
        read = Callback.model_validate_json(body)
        await run_in_threadpool(finpay_service.apply_status, order_id, body, read)
    except SignatureError:
        raise HTTPException(401, "signature") from None
    except RefusedError as error:
        raise HTTPException(error.status, str(error)) from None
    logger.info("settled %s", order_id)
    return acknowledged(started)


lambda_handler = Mangum(app, lifespan="off")
