"""What can happen to contacts."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ContactAdded:
    """A person is new in the CRM."""

    contact_id: int


@dataclass(frozen=True)
class ContactJoined:
    """A contact and a forum user were found to be one person."""

    contact_id: int
    user_id: int


@dataclass(frozen=True)
class ContactParted:
    """An agent said that a contact and a forum user are not one person."""

    contact_id: int
    user_id: int


@dataclass(frozen=True)
class ContactsMerged:
    """Two contacts turned out to be one person."""

    merge_id: int


@dataclass(frozen=True)
class MergeUndone:
    """They are two people after all."""

    merge_id: int
