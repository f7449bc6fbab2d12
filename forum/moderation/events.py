"""What can happen between a reader's doubt and a decision."""

from dataclasses import dataclass


@dataclass(frozen=True)
class TextFlagged:
    flag_id: int


@dataclass(frozen=True)
class FlagWithdrawn:
    flag_id: int


@dataclass(frozen=True)
class TextDecided:
    """A moderator decided; those who flagged and the author can be told."""

    decision_id: int


@dataclass(frozen=True)
class DecisionUndone:
    decision_id: int


@dataclass(frozen=True)
class TextMended:
    """The author edited what a moderator had asked them to mend; it waits in the list again."""

    item_id: int
