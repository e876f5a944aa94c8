"""Who may play fate: a program or the till's page on this machine.

A web page from elsewhere that is open in the developer's browser may not: its requests come from
this machine too, but bear its origin, or, when its own name was made to lead here, that name.
"""

import ipaddress

from flask import abort, request

from simulator.delivery import is_local


def only_from_this_machine() -> None:
    """Refuse everybody else's request with 403."""
    address = ipaddress.ip_address(request.remote_addr or "0.0.0.0")  # noqa: S104 - no bind  # nosec B104
    own = request.host_url.rstrip("/")
    if not address.is_loopback or not is_local(own) or request.headers.get("Origin", own) != own:
        abort(403)
