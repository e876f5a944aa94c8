"""Powertools with what it has for these endpoints: resolver with validation, idempotency, parser,
parameters, logger, metrics, tracer.
"""

import json
import os
import time
from typing import Any

import boto3
from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities import parameters
from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)
from aws_lambda_powertools.utilities.parser import parse
from rules.finpay_service import FinpayService, RefusedError, acknowledged
from rules.model import Callback, Payment

from payments.domain.errors import SignatureError

logger, metrics, tracer = Logger(), Metrics(), Tracer()
app = APIGatewayHttpResolver(enable_validation=True)
idempotency = IdempotencyConfig(event_key_jmespath="order.id", raise_on_no_idempotency_key=True)
store = DynamoDBPersistenceLayer(table_name=os.environ["IDEMPOTENCY_TABLE"])
merchant = json.loads(str(parameters.get_secret(os.environ["FINPAY_SECRET"])))
finpay_service = FinpayService(
    boto3.resource("dynamodb").Table(os.environ["PAYMENTS_TABLE"]),
    os.environ["FINPAY_BASE_URL"],
    merchant["merchantId"],
    merchant["merchantKey"],
)


def storefront() -> str:
    """The storefront that API Gateway's authorizer named."""
    context = app.current_event["requestContext"]["authorizer"]["lambda"]
    return str(context["storefrontId"])


@app.exception_handler(RefusedError)
def refused(error: RefusedError) -> Response[str]:
    return Response(error.status, "application/json", json.dumps({"detail": str(error)}))


@app.exception_handler(SignatureError)
def unsigned(_: SignatureError) -> Response[str]:
    return Response(401, "application/json", '{"detail": "signature"}')


@idempotent_function(data_keyword_argument="payment", config=idempotency, persistence_store=store)
def once(*, payment: dict[str, Any], storefront_id: str, base_url: str) -> dict[str, Any]:
    return finpay_service.initiate(Payment.model_validate(payment), storefront_id, base_url)


@app.post("/payments")
@tracer.capture_method
def initiate(payment: Payment) -> tuple[dict[str, Any], int]:
    document = payment.model_dump(mode="json", by_alias=True, exclude_none=True)
    domain = app.current_event["requestContext"]["domainName"]
    base_url = os.environ["CALLBACK_BASE_URL"] or f"https://{domain}"
    created = once(payment=document, storefront_id=storefront(), base_url=base_url)
    metrics.add_metric("Initiated", MetricUnit.Count, 1)
    logger.info("initiated", order_id=created["orderId"])
    return created, 201


@app.get("/payments/<order_id>")
@tracer.capture_method
def status(order_id: str) -> dict[str, Any]:
    return finpay_service.status(order_id, storefront())


@app.post("/callbacks/finpay/<order_id>/<token>")
@tracer.capture_method
def callback(order_id: str, token: str) -> dict[str, Any]:
    started, body = time.perf_counter(), (app.current_event.body or "").encode()
    finpay_service.admit(order_id, token, body)
    finpay_service.apply_status(order_id, body, parse(event=json.loads(body), model=Callback))
    metrics.add_metric("Settled", MetricUnit.Count, 1)
    logger.info("settled", order_id=order_id)
    return acknowledged(started)


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_HTTP)
@tracer.capture_lambda_handler
@metrics.log_metrics(capture_cold_start_metric=True)
def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    idempotency.register_lambda_context(context)
    return app.resolve(event, context)
