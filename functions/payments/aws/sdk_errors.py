"""Translation of the SDK's errors.

Only the error code is kept, because the message may quote an item.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from botocore.exceptions import BotoCoreError, ClientError

from payments.domain.errors import Unavailable


class ConditionFailed(Exception):
    """The condition of a write does not hold; `item` is the stored item, or None."""

    def __init__(self, item: dict[str, Any] | None) -> None:
        super().__init__("condition failed")
        self.item = item


@contextmanager
def translated() -> Iterator[None]:
    """Raise ConditionFailed if a condition does not hold, Unavailable for other SDK errors."""
    try:
        yield
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code == "ConditionalCheckFailedException":
            item = cast("dict[str, Any] | None", error.response.get("Item"))
            raise ConditionFailed(item) from None
        raise Unavailable(code) from None
    except BotoCoreError as error:
        raise Unavailable(type(error).__name__) from None
