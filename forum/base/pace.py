"""How fast one caller may ask for what takes time to find: the same for pages and for programs."""

import ipaddress

from flask import request

from forum.base.parts import parts
from forum.base.shield import Pace

#: An office behind one address, all of it searching; a program that reads the whole site is slowed down.
SEARCHES = Pace("searches", 600, 10.0)

#: One request each time somebody pauses while they write a title.
SIMILAR = Pace("similar", 600, 10.0)


def keep_pace(pace: Pace, user_id: int | None) -> None:
    """Count one request of this caller, by their account where there is one; raises TooMany."""
    parts().shield.spend(pace, client_address() if user_id is None else f"user:{user_id}")


def client_address() -> str:
    """From where a request comes, as far as limits care; of IPv6 the /64 that one household has to itself."""
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
