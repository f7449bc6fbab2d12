"""What can happen to accounts."""

from dataclasses import dataclass


@dataclass(frozen=True)
class EmailConfirmed:
    """A user proved that an address is theirs."""

    user_id: int
