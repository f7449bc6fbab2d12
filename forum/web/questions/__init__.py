"""Pages of questions: the list, one question, asking, answering, and all that is done to what was written."""

from forum.web.questions import (
    closing,
    deciding,
    editing,
    going_back,
    joining,
    listing,
    old_addresses,
    old_hosts,
    reading,
    removing,
    topics,
    writing,
)
from forum.web.questions.blueprint import pages

__all__ = [
    "closing",
    "deciding",
    "editing",
    "going_back",
    "joining",
    "listing",
    "old_addresses",
    "old_hosts",
    "pages",
    "reading",
    "removing",
    "topics",
    "writing",
]
