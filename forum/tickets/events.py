"""What can happen to tickets."""

from dataclasses import dataclass


@dataclass(frozen=True)
class TicketOpened:
    """A contact has a case."""

    ticket_id: int


@dataclass(frozen=True)
class TicketReplied:
    """Something was said between customer and agent; notes among staff say nothing."""

    ticket_id: int
    message_id: int


@dataclass(frozen=True)
class TicketLinked:
    """An answer, article or question helps with a ticket."""

    ticket_id: int
    link_id: int


@dataclass(frozen=True)
class TicketUnlinked:
    """A link was a mistake and is taken away."""

    ticket_id: int
    link_id: int


@dataclass(frozen=True)
class TicketStatusChanged:
    """A ticket stands elsewhere than before."""

    ticket_id: int
    before: str
    after: str
