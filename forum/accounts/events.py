"""What can happen to accounts. A `key` names one happening, so that its mail is made once."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SignUpRequested:
    """Somebody wishes for an account; the address may have one already."""

    sign_up_id: int


@dataclass(frozen=True)
class EmailConfirmed:
    """A user proved that an address is theirs."""

    user_id: int


@dataclass(frozen=True)
class PasswordResetRequested:
    """Somebody forgot a password; user 0 where nobody has the address, so that asking costs the same."""

    user_id: int
    key: str


@dataclass(frozen=True)
class PasswordChanged:
    """A user has a new password."""

    user_id: int
    key: str


@dataclass(frozen=True)
class EmailChangeRequested:
    """A user wishes to be reached at another address."""

    email_change_id: int


@dataclass(frozen=True)
class EmailChanged:
    """A user is reached at another address from now on; the row knows the old one."""

    email_change_id: int


@dataclass(frozen=True)
class ProfileChanged:
    """A user has another name or says something else about themselves."""

    user_id: int
