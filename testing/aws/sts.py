"""STS in memory: who signed a request. It speaks AWS's query protocol, as STS does."""

from xml.sax.saxutils import escape

from testing.aws.errors import Refusal
from testing.personal_data import marks

ACCOUNT = "123456789012"
OPERATOR = f"arn:aws:sts::{ACCOUNT}:assumed-role/Operators/{marks.EMAIL}"
"""A session is mostly called by the e-mail address of who opened it."""

_NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"


class Sts:
    """The call of `sts` that the operators' commands use."""

    def __init__(self) -> None:
        self.arn = OPERATOR
        self.refusal: Refusal | None = None
        """What every call is refused with, such as an expired token."""

    def answer(self, request: dict[str, str]) -> str:
        """The answer to a query, in XML; raises Refusal."""
        if request != {"Action": "GetCallerIdentity", "Version": "2011-06-15"}:
            raise NotImplementedError(f"the simulated AWS has no STS {request}")
        if self.refusal:
            raise self.refusal
        return (
            f'<GetCallerIdentityResponse xmlns="{_NAMESPACE}"><GetCallerIdentityResult>'
            f"<Arn>{escape(self.arn)}</Arn><UserId>AROAEXAMPLE</UserId>"
            f"<Account>{ACCOUNT}</Account></GetCallerIdentityResult>"
            "<ResponseMetadata><RequestId>01234567</RequestId></ResponseMetadata>"
            "</GetCallerIdentityResponse>"
        )


def refused(error: Refusal) -> str:
    """The body of an error."""
    return (
        f'<ErrorResponse xmlns="{_NAMESPACE}"><Error><Type>Sender</Type>'
        f"<Code>{escape(error.code)}</Code><Message>{escape(str(error))}</Message></Error>"
        "<RequestId>01234567</RequestId></ErrorResponse>"
    )
