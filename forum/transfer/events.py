"""What a transfer did, for those above who keep something of their own about it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class QuestionImported:
    """A question was brought in, or more of its answers and comments; all that came with it is there."""

    question_id: int
