"""Who may do what to accounts, as tables."""

from collections.abc import Callable

import pytest

from forum.accounts.models import VISITOR, Reader, User
from forum.accounts.rules import SCOPES, may_administer, may_change_roles, may_disable, may_sign_in, may_use_scope
from tests.builders import NOON

EVERYBODY = ("visitor", "anna", "mia", "elena", "aldo", "ada")

ADMINISTRATOR = frozenset({"administrator"})
AGENT = frozenset({"agent"})
NOTHING: frozenset[str] = frozenset()


@pytest.fixture
def person(cast: dict[str, User]) -> Callable[[str], Reader]:
    return lambda who: VISITOR if who == "visitor" else cast[who]


@pytest.mark.parametrize("who", EVERYBODY)
def test_who_runs_the_site(person: Callable[[str], Reader], who: str) -> None:
    verdict = may_administer(person(who))
    assert bool(verdict) is (who == "ada")
    assert bool(verdict) is (verdict.reason is None)


@pytest.mark.parametrize("who", EVERYBODY)
def test_who_gives_roles(person: Callable[[str], Reader], bruno: User, who: str) -> None:
    assert bool(may_change_roles(person(who), bruno, AGENT, False)) is (who == "ada")


@pytest.mark.parametrize(
    "roles, is_last, allowed",
    [(ADMINISTRATOR, True, True), (AGENT, True, False), (NOTHING, True, False), (NOTHING, False, True)],
)
def test_the_last_administrator_stays_one(ada: User, roles: frozenset[str], is_last: bool, allowed: bool) -> None:
    assert bool(may_change_roles(ada, ada, roles, is_last)) is allowed


@pytest.mark.parametrize("roles, allowed", [(AGENT, False), (NOTHING, True)])
def test_who_cannot_sign_in_has_no_role(ada: User, carla: User, roles: frozenset[str], allowed: bool) -> None:
    assert may_change_roles(ada, carla, roles, False)
    carla.email = None
    assert bool(may_change_roles(ada, carla, roles, False)) is allowed


@pytest.mark.parametrize("who", EVERYBODY)
def test_who_shuts_somebody_out(person: Callable[[str], Reader], bruno: User, who: str) -> None:
    assert bool(may_disable(person(who), bruno, False)) is (who == "ada")


def test_nobody_shuts_out_themselves_or_the_last_administrator(ada: User, bruno: User) -> None:
    assert may_disable(ada, bruno, False)
    assert not may_disable(ada, ada, False)
    assert not may_disable(ada, bruno, True)


SCOPES_OF = {
    "visitor": set(),
    "anna": {"read", "write"},
    "elena": {"read", "write", "knowledge"},
    "mia": {"read", "write", "moderate", "knowledge"},
    "aldo": {"read", "write", "knowledge", "agent"},
    "ada": set(SCOPES),
}


@pytest.mark.parametrize("who", EVERYBODY)
def test_a_token_does_no_more_than_its_owner(person: Callable[[str], Reader], who: str) -> None:
    assert {scope for scope in SCOPES if may_use_scope(person(who), scope)} == SCOPES_OF[who]
    assert not may_use_scope(person(who), "everything")


def test_who_was_shut_out_stays_outside(anna: User) -> None:
    assert may_sign_in(anna)
    anna.disabled_at = NOON
    assert not may_sign_in(anna)
