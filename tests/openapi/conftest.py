"""The service behind an HTTP API, and the document of it."""

from tests.handlers.conftest import service

__all__ = ["service"]
