"""What the composition root hands out for a port has what the port promises, by the same names."""

import inspect
from typing import Any, get_protocol_members, is_protocol

import pytest

from payments.aws.callback_quarantine_table import DynamoQuarantine
from payments.aws.deliveries_table import DynamoDeliveries
from payments.aws.payments_table import DynamoPayments
from payments.aws.status_sync_queue import SqsSyncQueue
from payments.aws.webhook_queue import SqsEvents
from payments.domain import interfaces, merchant
from payments.finpay.client import FinpayClient
from payments.finpay.merchant_credentials import SecretCredentials
from payments.storefronts.webhook_endpoints import DynamoReceivers
from payments.test_mode import simulated_callbacks
from payments.test_mode.simulated_callback_queue import SqsSimulatedCallbacks
from payments.webhooks import interfaces as webhook_ports
from payments.webhooks.http_sender import HttpSender

REAL: dict[type, type] = {
    interfaces.PaymentStore: DynamoPayments,
    interfaces.DuePayments: DynamoPayments,
    interfaces.SyncQueue: SqsSyncQueue,
    webhook_ports.EventQueue: SqsEvents,
    simulated_callbacks.SimulatedCallbackQueue: SqsSimulatedCallbacks,
    webhook_ports.WebhookSender: HttpSender,
    webhook_ports.Deliveries: DynamoDeliveries,
    merchant.CredentialSource: SecretCredentials,
    webhook_ports.Receivers: DynamoReceivers,
    interfaces.Quarantine: DynamoQuarantine,
    interfaces.Gateway: FinpayClient,
}


def names_of(of: type, method: str) -> list[str]:
    return list(inspect.signature(getattr(of, method)).parameters)


def test_every_port_has_a_real_thing() -> None:
    modules = (interfaces, webhook_ports, merchant, simulated_callbacks)
    members = [one for module in modules for one in vars(module).values()]
    declared = {one for one in members if inspect.isclass(one) and is_protocol(one)}
    assert declared - {Any} == set(REAL)


@pytest.mark.parametrize("port", REAL, ids=lambda port: port.__name__)
def test_the_real_thing_takes_what_the_port_says(port: type) -> None:
    real = REAL[port]
    for member in get_protocol_members(port):
        assert hasattr(real, member), member
        # What is no function was handed in, and is as its type says.
        if inspect.isfunction(getattr(real, member)):
            assert names_of(real, member) == names_of(port, member), member
