"""What a lower package remembers of a higher thing, without a foreign key."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Cause:
    """A kind and an id: `answer 9`."""

    kind: str
    id: int

    @classmethod
    def of(cls, row: Any) -> "Cause":
        """The cause that stands for a stored row; the row must have been flushed."""
        return cls(type(row).__name__.lower(), row.id)

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"
