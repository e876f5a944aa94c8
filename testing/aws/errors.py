"""What the simulated services refuse."""


class Refusal(Exception):
    """An error answer of AWS: its code, its message, and what its body holds beside them."""

    def __init__(self, code: str, message: str = "", **members: object) -> None:
        super().__init__(message or code)
        self.code = code
        self.members = members


def only_known(request: dict[str, object], *names: str) -> None:
    """Raise NotImplementedError for a parameter that the fake would ignore."""
    unknown = sorted(request.keys() - set(names))
    if unknown:
        raise NotImplementedError(f"the simulated AWS does not know {', '.join(unknown)}")
