"""What goes into the index: one Document for everything that is shown as one hit.

A question is *one* document with its answers and comments as parts, not one document for each of them.
Measured on stackfaq-dev this ranks better (MRR 0.872; best member 0.823, best two together 0.858, sum of
all 0.685: the words a person uses are spread over question and answers) and needs a quarter fewer postings.
Taking an answer away is putting the question again without it: one atomic change.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Role(StrEnum):
    """What a part is to its document, which decides how much its words count."""

    BODY = "body"
    ACCEPTED = "accepted"
    ANSWER = "answer"
    COMMENT = "comment"


@dataclass(frozen=True, slots=True)
class Part:
    role: Role
    text: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """One thing that can be found.

    `key` names it ("question:7"); `states` are free marks to filter by ("solved", "unanswered"); `authors`
    names everybody who wrote a part. A solved question and an article win ties by `quality`, 0 (nothing
    speaks for it) to 1 (the company vouches for it).
    """

    key: str
    kind: str
    title: str
    parts: tuple[Part, ...] = ()
    tags: tuple[str, ...] = ()
    states: frozenset[str] = frozenset()
    authors: tuple[str, ...] = ()
    product: str | None = None
    language: str = ""
    score: int = 0
    quality: float = 0.0
    created_at: datetime = EPOCH
    facets: Mapping[str, str] = field(default_factory=dict)
