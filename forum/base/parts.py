"""The parts an application is put together from, kept where a request can find them."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flask import Flask, current_app

from config import Settings
from forum.base.db import Store
from forum.base.measures import Measures
from forum.base.outbox import Subscriptions
from forum.base.shield import Shield
from forum.base.signing import Signer

if TYPE_CHECKING:
    from search_index.contract import SearchIndex

EXTENSION = "sportello"


@dataclass(frozen=True)
class Parts:
    """What `app` made once and everybody uses."""

    settings: Settings
    store: Store
    subscriptions: Subscriptions
    measures: Measures
    signer: Signer
    index: "SearchIndex"
    shield: Shield = field(default_factory=Shield)


def install(app: Flask, parts: Parts) -> None:
    """Give the application its parts."""
    app.extensions[EXTENSION] = parts


def parts() -> Parts:
    """The parts of the application that answers this request."""
    found = current_app.extensions[EXTENSION]
    assert isinstance(found, Parts)  # noqa: S101
    return found
