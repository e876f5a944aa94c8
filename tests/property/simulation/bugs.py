"""Bugs to plant in the service, each of which the simulation has to find.

Every one was made by somebody somewhere: compare what integrators of payment gateways get wrong. A
bug is a patch of the real code for as long as its context lasts.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import UTC
from types import SimpleNamespace
from typing import Any
from unittest import mock

from payments.api import read_request
from payments.aws import lease_write_expressions, payment_write_expressions
from payments.aws.callback_quarantine_table import DynamoQuarantine
from payments.callbacks import signature
from payments.callbacks.confirm_with_finpay import ConfirmCallback
from payments.callbacks.receive_callback import CallbackResult, ReceiveCallback
from payments.domain import clock, money_rules, transition_table, trigger_rules
from payments.domain.errors import (
    GatewayRejected,
    NotAttempted,
    OutcomeUnknown,
    SignatureError,
    Unavailable,
)
from payments.domain.gateway_status import GatewayStatus
from payments.domain.payment import Entry, IssuedCode, Lease, Payment, Source, cached_standing
from payments.domain.payment_change import NewLedger, NextSync
from payments.domain.sync_schedule import is_expired
from payments.domain.transition_table import CLOSED, TABLE, Rule, Status, Trigger, rule_for
from payments.finpay.client import FinpayClient
from payments.finpay.merchant_credentials import SecretCredentials
from payments.ledger import identity
from payments.ledger.entry import REFUNDS, Kind, Ledger, Report, Terms
from payments.ledger.received import Received
from payments.services import apply_status, initiate, reconcile_payment, resolve_unknown_outcome
from payments.services.apply_status import StatusUpdate
from payments.services.cancel import Cancel
from payments.services.initiate import Initiate, Initiated, Order
from payments.services.request_code import RequestCode
from payments.services.resolve_unknown_outcome import Resolve
from payments.services.sync_status import SyncResult, SyncStatus
from storefront_api import app as storefront_app
from tests.property.simulation import (  # noqa: F401 - enter their own
    clock_bugs,
    ledger_bugs,
    line_bugs,
    webhook_bugs,
)
from tests.property.simulation.network import SimulatedTransport
from tests.property.simulation.planting import BUGS, bug, method

__all__ = ["BUGS", "planted"]


@contextmanager
def planted(name: str) -> Iterator[None]:
    """Have the bug of this name in the service; no name is no bug."""
    cached_standing.cache_clear()
    try:
        with BUGS[name]() if name else nullcontext():
            yield
    finally:
        cached_standing.cache_clear()


def _table(*rules: Rule, without: Callable[[Rule], bool] = lambda _: False) -> Any:
    """Another table of states; the first rule that fits is the one that counts."""
    changed = (*rules, *(rule for rule in TABLE if not without(rule)))
    return mock.patch.object(transition_table, "TABLE", changed)


# Writes


@bug
def writes_have_no_condition() -> Any:
    def unconditional(real: Any, table: str, wanted: Any) -> Any:
        request = real(table, wanted)
        used = request["UpdateExpression"]
        del request["ConditionExpression"]
        for kind in ("ExpressionAttributeNames", "ExpressionAttributeValues"):
            request[kind] = {n: v for n, v in request[kind].items() if _names(used, n)}
        return request

    real = payment_write_expressions.change
    return mock.patch.object(
        payment_write_expressions, "change", lambda *given: unconditional(real, *given)
    )


def _names(expression: str, name: str) -> bool:
    return name in expression.replace(",", " ").replace(")", " ").split()


@bug
def finpay_is_acknowledged_before_the_write() -> Any:
    def receive(real: Any, self: ReceiveCallback, order_id: str, body: bytes) -> CallbackResult:
        try:
            receipt: CallbackResult = real(self, order_id, body)
        except Unavailable:
            return CallbackResult("raw")
        return receipt

    return method(ReceiveCallback, "__call__", receive)


@bug
def callbacks_of_unknown_orders_are_not_kept() -> Any:
    def keep(real: Any, self: Any, order_id: str, reason: str, *rest: Any) -> None:
        if reason != "unknown-order":
            real(self, order_id, reason, *rest)

    return method(DynamoQuarantine, "keep", keep)


# Trigger


@bug
def a_missing_signature_is_accepted() -> Any:
    def verify(body: bytes, document: Any, keys: Any) -> str:
        try:
            return real(body, document, keys)
        except SignatureError:
            if b'"signature":"' in body and b'"signature":""' not in body:
                raise
            return "raw"

    real = signature.verify_decoded
    return mock.patch.object(signature, "verify_decoded", verify)


@bug
def signatures_are_not_checked() -> Any:
    return mock.patch.object(signature, "verify_decoded", return_value="raw")


@bug
def the_amount_is_not_compared() -> Any:
    def trigger(real: Any, self: GatewayStatus, amount: int, currency: str) -> Trigger:
        found: Trigger = real(self, amount, currency)
        return Trigger.PAID if found is Trigger.MISMATCH else found

    return method(GatewayStatus, "trigger", trigger)


@bug
def an_unverified_callback_always_makes_a_status_check() -> Any:
    def confirm(
        _: Any, self: ConfirmCallback, order_id: str, reported: GatewayStatus
    ) -> StatusUpdate | None:
        payment = self.payments.get(order_id)
        if payment is None or payment.status not in transition_table.OPEN:
            return None
        said = self.sync_status()(payment)
        return said.update if said.reported and said.reported.status == reported.status else None

    return method(ConfirmCallback, "__call__", confirm)


# States


@bug
def expired_undoes_paid() -> Any:
    return _table(Rule(frozenset({Status.PAID}), Trigger.EXPIRED, Status.EXPIRED))


@bug
def late_money_is_dropped() -> Any:
    real = money_rules.after

    def after(payment: Payment, *entries: Any) -> Any:
        if payment.status in CLOSED:
            return NewLedger(payment.ledger, payment.terms), payment.status
        return real(payment, *entries)

    return mock.patch.object(apply_status, "after", after)


@bug
def an_unknown_status_is_a_failure() -> Any:
    return _table(
        Rule(frozenset({Status.PENDING}), Trigger.UNKNOWN, Status.FAILED),
        without=lambda rule: rule.trigger is Trigger.UNKNOWN,
    )


@bug
def the_same_money_is_entered_twice() -> Any:
    return mock.patch.object(apply_status, "is_known", return_value=False)


@bug
def the_clock_alone_expires() -> Any:
    def sync_status(real: Any, self: SyncStatus, payment: Payment, **how: Any) -> SyncResult:
        if payment.status is Status.PENDING and is_expired(payment, self.clock()):
            over = self.apply_status.apply_trigger(
                payment, Trigger.EXPIRY_CONFIRMED, Source.STATUS_CHECK
            )
            return SyncResult(None, over)
        synced: SyncResult = real(self, payment, **how)
        return synced

    return method(SyncStatus, "__call__", sync_status)


@bug
def finpays_time_is_read_as_utc() -> Any:
    return mock.patch.object(clock, "WIB", UTC)


# Initiate


def _gateway(initiate: Callable[[Any, str], IssuedCode]) -> Any:
    """A gateway for RequestCode which knows no order when it is asked about a refused one."""
    return SimpleNamespace(initiate=initiate, check=lambda _: None)


@bug
def an_unknown_outcome_is_a_failure() -> Any:
    def ask(real: Any, self: RequestCode, request: Any, url: str, held: Payment) -> Payment:
        def initiate(body: Any, storefront_id: str) -> IssuedCode:
            try:
                return self.gateway.initiate(body, storefront_id)
            except OutcomeUnknown as error:
                raise GatewayRejected(error.code) from None

        payment: Payment = real(replace(self, gateway=_gateway(initiate)), request, url, held)
        return payment

    return method(RequestCode, "__call__", ask)


@bug
def a_timeout_counts_as_not_attempted() -> Any:
    def send(real: Any, self: Any, request: Any, deadline: float) -> Any:
        try:
            return real(self, request, deadline)
        except OutcomeUnknown:
            raise NotAttempted from None

    return method(SimulatedTransport, "__call__", send)


@bug
def a_retry_makes_no_status_check() -> Any:
    def unseen(payment: Payment, **_: Any) -> SyncResult:
        nothing = StatusUpdate.nothing(payment, Trigger.NEVER_RECEIVED, Source.STATUS_CHECK)
        return SyncResult(None, nothing)

    def to_ask_again(real: Any, self: Resolve, found: Payment) -> Payment:
        sync_status: Any = unseen
        payment: Payment = real(replace(self, sync_status=sync_status), found)
        return payment

    return method(Resolve, "to_ask_again", to_ask_again)


@bug
def leases_are_ignored() -> Any:
    return method(Lease, "is_held", lambda *_: False)


@bug
def a_second_attempt_goes_by_the_same_id() -> Any:
    return mock.patch.object(resolve_unknown_outcome, "derived_id", lambda order_id, _: order_id)


@bug
def a_second_attempt_is_made_without_a_cancel() -> Any:
    def cancel(_: Any, self: FinpayClient, gateway_order_id: str) -> bool:  # noqa: ARG001
        return True

    return method(FinpayClient, "cancel", cancel)


@bug
def an_earlier_attempts_end_ends_the_payment() -> Any:
    def rule_of(_: GatewayStatus, payment: Payment, trigger: Trigger) -> Rule | None:
        return rule_for(payment.status, trigger)

    return mock.patch.object(apply_status, "rule_of", rule_of)


@bug
def anybody_gets_the_stored_answer() -> Any:
    def run(real: Any, self: Initiate, order: Order) -> Initiated:
        found = self.payments.get(order.request.order.id)
        if found:
            order = replace(
                order, storefront_id=found.storefront_id, fingerprint=found.request_fingerprint
            )
        initiated: Initiated = real(self, order)
        return initiated

    return method(Initiate, "__call__", run)


# Cancel


@bug
def a_refused_cancel_counts_as_agreed() -> Any:
    def cancel(real: Any, self: FinpayClient, gateway_order_id: str) -> bool:
        real(self, gateway_order_id)
        return True

    return method(FinpayClient, "cancel", cancel)


@bug
def a_payment_is_cancelled_here_before_finpay_agrees() -> Any:
    def cancel(real: Any, self: Cancel, order_id: str, storefront_id: str) -> StatusUpdate:
        def at_finpay(gateway_order_id: str) -> bool:
            found = self.payments.get(order_id)
            assert found
            self.apply_status.apply_trigger(found, Trigger.CANCEL_AGREED, Source.CANCEL)
            return self.gateway.cancel(gateway_order_id)

        gateway: Any = SimpleNamespace(cancel=at_finpay)
        update: StatusUpdate = real(replace(self, gateway=gateway), order_id, storefront_id)
        return update

    return method(Cancel, "__call__", cancel)


# Reconcile


@bug
def syncs_are_not_claimed() -> Any:
    def begin(*given: Any) -> Any:
        request = real(*given)
        request["ConditionExpression"] = "nextSyncAt = :due OR attribute_exists(orderId)"
        return request

    real = lease_write_expressions.begin_sync
    return mock.patch.object(lease_write_expressions, "begin_sync", begin)


@bug
def nobody_syncs_after_the_end() -> Any:
    real = trigger_rules.next_sync_after

    def next_sync_after(rule: Rule, entry: Entry) -> NextSync | None:
        return NextSync(None) if rule.target in CLOSED else real(rule, entry)

    return mock.patch.multiple(trigger_rules, next_sync_after=next_sync_after)


@bug
def a_new_payment_is_not_watched() -> Any:
    return mock.patch.object(initiate, "first_sync_time", return_value=None)


@bug
def unresolved_payments_are_never_closed() -> Any:
    return mock.patch.object(reconcile_payment, "RESOLVE_AFTER_MS", 1_000 * clock.DAY)


# Privacy


@bug
def requests_are_logged() -> Any:
    def read(*given: Any) -> Any:
        print(given[0].raw_body)
        return real(*given)

    real = read_request.parse_order
    return mock.patch.object(storefront_app, "parse_order", read)


@bug
def the_customer_is_stored() -> Any:
    def fingerprint(document: Mapping[str, Any]) -> str:
        return str(document["customer"]["email"])

    return mock.patch.object(initiate, "fingerprint_of", fingerprint)


@bug
def the_merchant_key_is_shown() -> Any:
    def renewed(real: Any, self: SecretCredentials) -> Any:
        print(self.current().merchant_keys)
        return real(self)

    return method(SecretCredentials, "renewed", renewed)


# What a reviewer planted, and the simulation of then did not find


@bug
def earlier_orders_are_never_synced() -> Any:
    def about(_: Any, __: SyncStatus, payment: Payment, ___: str) -> SyncResult:
        nothing = StatusUpdate.nothing(payment, Trigger.CANCEL_CONFIRMED, Source.STATUS_CHECK)
        return SyncResult(None, nothing)

    return method(SyncStatus, "about", about)


@bug
def refunds_are_acknowledged_and_dropped() -> Any:
    real = identity.is_known
    return mock.patch.object(
        apply_status,
        "is_known",
        lambda report, ledger: report.kind in REFUNDS or real(report, ledger),
    )


@bug
def a_cancel_after_the_money_is_neither_noted_nor_confirmed() -> Any:
    return _table(
        without=lambda rule: rule.trigger is Trigger.CANCELLED and Status.PAID in rule.sources
    )


@bug
def late_money_is_not_looked_into() -> Any:
    real = money_rules.change_of_ledger
    return mock.patch.object(
        apply_status,
        "change_of_ledger",
        lambda *given: replace(real(*given), next_sync=NextSync(None)),
    )


@bug
def money_paid_again_is_not_noted() -> Any:
    real = identity.is_known

    def is_known(report: Report, ledger: Ledger) -> bool:
        paid = any(isinstance(entry, Report) and entry.kind is Kind.PAID for entry in ledger)
        return (paid and report.kind is Kind.PAID) or real(report, ledger)

    return mock.patch.object(apply_status, "is_known", is_known)


@bug
def the_callbacks_token_is_not_checked() -> Any:
    return method(ReceiveCallback, "admit", lambda *_: None)


@bug
def the_currency_is_not_compared() -> Any:
    def matches(real: Any, self: Received, terms: Terms) -> bool:
        return bool(real(self, terms._replace(currency=self.first.currency or "")))

    return method(Received, "matches", matches)


@bug
def the_ordered_amount_is_not_compared() -> Any:
    def matches(_: Any, self: Received, terms: Terms) -> bool:
        return (self.amount, self.first.currency) == (terms.amount, terms.currency)

    return method(Received, "matches", matches)


@bug
def anybody_cancels_anybodys_payment() -> Any:
    def cancel(real: Any, self: Cancel, order_id: str, storefront_id: str) -> StatusUpdate:
        found = self.payments.get(order_id)
        owner = found.storefront_id if found else storefront_id
        update: StatusUpdate = real(self, order_id, owner)
        return update

    return method(Cancel, "__call__", cancel)


@bug
def a_refused_duplicate_is_a_failure() -> Any:
    def ask(real: Any, self: RequestCode, request: Any, url: str, held: Payment) -> Payment:
        gateway = _gateway(self.gateway.initiate)
        payment: Payment = real(replace(self, gateway=gateway), request, url, held)
        return payment

    return method(RequestCode, "__call__", ask)
