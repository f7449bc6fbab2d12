"""A courier for the parts of an application: its channels, and how their batches are opened."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from forum.base.courier import Courier
from forum.base.parts import Parts


def make_courier(parts: Parts) -> Courier:
    """A courier that carries work one by one and index writes in batches."""

    @contextmanager
    def index_batch(upto: int) -> Iterator[Any]:
        with parts.index.open_batch() as batch:
            yield batch
            batch.commit(upto)

    return Courier(parts.store, parts.subscriptions, {"index": index_batch})
