"""The power fails while six people post: nothing acknowledged is lost or doubled, and the index agrees again."""

import os

import pytest
from sqlalchemy.orm import Session

from forum.accounts.administration import add_person
from forum.accounts.passwords import hash_password
from forum.base.clock import utc_now
from tests.stories.client import Client
from tests.stories.killing import clients_of, play_round
from tests.stories.people import PASSWORD, new_person
from tests.stories.server import Server

ROUNDS = 3

#: Three seconds on a free machine; this test shares its own with others.
READY = 20.0

POSTERS = [f"Poster{letter}" for letter in "abcdef"]


@pytest.fixture(scope="module")
def posters(server: Server) -> list[Client]:
    """Six moderators, whose limits are wide enough for a few seconds of this."""
    return make_posters(server)


def make_posters(server: Server) -> list[Client]:
    kept = hash_password(PASSWORD)

    def add(session: Session) -> None:
        for name in POSTERS:
            add_person(session, new_person(name, ("role:moderator",), kept), utc_now())

    with server.parts() as parts:
        parts.store.write(add)
    return clients_of(server, POSTERS, PASSWORD)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_nothing_acknowledged_is_lost_or_doubled_when_the_power_fails(server: Server, posters: list[Client]) -> None:
    for seed in range(ROUNDS):
        seen = play_round(server, posters, seed)
        if os.environ.get("SPORTELLO_SHOW_FIGURES"):
            print(seen)  # noqa: T201
        assert seen.acknowledged > 0
        assert seen.ready_after < READY
