"""Why nothing was done, in words for the operator."""


class Refused(Exception):
    """Nothing was changed; the message says why, and `next_step` what to do about it."""

    def __init__(self, why: str, next_step: str = "") -> None:
        super().__init__(why)
        self.next_step = next_step


class NothingThere(Refused):
    """What the command is about does not exist."""


class StorefrontExists(Refused):
    """A storefront of this id is registered already."""

    def __init__(self, storefront_id: str) -> None:
        super().__init__(f"storefront {storefront_id} exists already")


class StorefrontUnknown(Refused):
    """No storefront of this id is registered."""

    def __init__(self, storefront_id: str) -> None:
        super().__init__(f"there is no storefront {storefront_id}")


class StorefrontChanged(Refused):
    """Somebody else changed the storefront since it was read."""

    def __init__(self, storefront_id: str) -> None:
        super().__init__(
            f"storefront {storefront_id} changed at this moment;"
            " look at it and run the command again"
        )


class TooManyLive(Refused):
    """As many are alive already as may be at once; one of them has to end first."""

    def __init__(self) -> None:
        super().__init__(
            "two are alive already; --drop-older ends the older one at once,"
            " --overlap-hours 0 both of them"
        )
