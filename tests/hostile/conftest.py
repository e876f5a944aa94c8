"""The service of the handlers' tests and the storefront of the stack's, both under attack here."""

from tests.handlers.conftest import pending, service
from tests.stack.conftest import order_id, shop

__all__ = ["order_id", "pending", "service", "shop"]
