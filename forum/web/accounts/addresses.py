"""From where a request comes, as far as limits care."""

import ipaddress

from flask import request


def client_address() -> str:
    """The address of the browser; of IPv6 the /64 that one household has to itself."""
    given = request.remote_addr or "unknown"
    try:
        address = ipaddress.ip_address(given.partition("%")[0])
    except ValueError:
        return given[:60]
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def user_agent() -> str:
    """What the browser calls itself, for the list of sessions."""
    return request.user_agent.string[:200]
