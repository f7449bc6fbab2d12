"""Running the site: who may, what it does at once, and what the log keeps of it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts.models import StaffAct, User
from forum.base.outbox import DEAD, WAITING, Delivery
from tests.builders import make_user

Open = Callable[[User | None], Any]

PAGES = ["/admin", "/admin/people", "/admin/people/{id}", "/admin/jobs", "/admin/log.csv", "/admin/log.jsonl"]
ACTS = ["powers", "disable", "enable", "end-sessions"]


def acts(session: Session) -> list[StaffAct]:
    session.expire_all()
    return list(session.scalars(select(StaffAct).order_by(StaffAct.id)))


def make_delivery(session: Session, state: str, number: int = 1) -> Delivery:
    delivery = Delivery(
        event="Gone",
        payload='{"thing_id": 7}',
        subscriber=f"Gone>test.{number}",
        channel="work",
        state=state,
        attempts=20,
        created_at=datetime.now(UTC),
        run_at=datetime(2099, 1, 1, tzinfo=UTC),
        last_error="Traceback\n  File x\nConnectionRefusedError: <b>nobody</b> answers",
    )
    session.add(delivery)
    session.flush()
    return delivery


@pytest.mark.parametrize(
    "who, status", [("ada", 200), ("mia", 403), ("aldo", 403), ("elena", 403), ("anna", 403), (None, 303)]
)
def test_only_administrators_see_these_pages(
    browser: Open, cast: dict[str, User], who: str | None, status: int
) -> None:
    page = browser(cast[who] if who else None)
    for path in PAGES:
        assert page.get(path.format(id=cast["bruno"].id)).status_code == status, path


@pytest.mark.parametrize("who", ["mia", "aldo", "anna"])
def test_nobody_else_changes_anything(browser: Open, session: Session, cast: dict[str, User], who: str) -> None:
    dead = make_delivery(session, DEAD)
    session.commit()
    target = cast[who].id
    page = browser(cast[who])
    for act in ACTS:
        answer = page.send(f"/admin/people/{target}/{act}", {"roles": ["administrator"], "why": "because"})
        assert answer.status_code == 403, act
    for path in (f"/admin/jobs/{dead.id}/again", "/admin/jobs/again"):
        assert page.send(path).status_code == 403
    session.expire_all()
    assert not cast[who].is_administrator
    assert dead.state == DEAD
    assert acts(session) == []


def test_a_role_given_is_logged_and_ends_sessions(browser: Open, session: Session, ada: User, bruno: User) -> None:
    his, hers = browser(bruno), browser(ada)
    answer = hers.send(f"/admin/people/{bruno.id}/powers", {"roles": ["agent"], "rights": ["editor", "manager"]})
    assert answer.status_code == 303
    (act,) = acts(session)
    assert (bruno.roles, bruno.rights) == ({"agent"}, {"editor", "manager"})
    assert (act.verb, act.actor_id, act.target_kind, act.target_id) == ("change_powers", ada.id, "user", bruno.id)
    assert act.before == {"roles": [], "rights": []}
    assert act.after == {"roles": ["agent"], "rights": ["editor", "manager"]}
    assert his.get("/account/settings").status_code == 303
    hers.send(f"/admin/people/{bruno.id}/powers", {"roles": ["agent"], "rights": ["editor", "manager"]})
    assert len(acts(session)) == 1, "no change, no act"
    log = hers.get("/admin/log?actor=ada&verb=change_powers").text
    assert "changed roles and rights" in log and "Agent" in log
    assert f'href="/admin/people/{bruno.id}">person {bruno.id}</a>' in log
    assert "No act of staff" in hers.get("/admin/log?actor=nobody").text


@pytest.mark.parametrize("roles", [["emperor"], ["agent", "root"]])
def test_a_role_that_does_not_exist_is_refused(
    browser: Open, session: Session, ada: User, bruno: User, roles: list[str]
) -> None:
    assert browser(ada).send(f"/admin/people/{bruno.id}/powers", {"roles": roles}).status_code == 422
    session.expire_all()
    assert bruno.roles == frozenset()


def test_the_last_administrator_stays(browser: Open, session: Session, ada: User, bruno: User) -> None:
    page = browser(ada)
    assert page.send(f"/admin/people/{ada.id}/powers", {"roles": ["agent"]}).status_code == 403
    assert page.send(f"/admin/people/{ada.id}/disable", {"why": "holiday"}).status_code == 403
    session.expire_all()
    assert ada.is_administrator and ada.disabled_at is None
    make_user(session, "zeno", roles={"administrator"})
    session.commit()
    answer = page.send(f"/admin/people/{ada.id}/powers", {"roles": ["agent"]})
    assert (answer.status_code, answer.location) == (303, "/account/sign-in?next=/admin")
    assert "Sign in again to use it." in page.get(answer.location).text
    session.expire_all()
    assert not ada.is_administrator
    assert page.get("/admin").status_code == 303


def test_a_disabled_administrator_does_not_count(browser: Open, session: Session, ada: User, now: datetime) -> None:
    make_user(session, "zeno", roles={"administrator"}, disabled_at=now)
    session.commit()
    assert browser(ada).send(f"/admin/people/{ada.id}/powers", {"roles": []}).status_code == 403


def test_shutting_out_and_letting_in(browser: Open, session: Session, ada: User, bruno: User) -> None:
    his, hers = browser(bruno), browser(ada)
    assert hers.send(f"/admin/people/{bruno.id}/disable", {"why": ""}).status_code == 422
    assert his.get("/account/settings").status_code == 200
    assert hers.send(f"/admin/people/{bruno.id}/disable", {"why": "sells watches"}).status_code == 303
    assert his.get("/account/settings").status_code == 303
    assert [(act.verb, act.why) for act in acts(session)] == [("disable", "sells watches")]
    assert hers.send(f"/admin/people/{bruno.id}/enable").status_code == 303
    assert his.get("/account/settings").status_code == 303, "the old session stays dead"
    assert bruno.disabled_at is not None
    session.expire_all()
    assert bruno.disabled_at is None


def test_people_are_found_by_name_address_and_role(browser: Open, session: Session, cast: dict[str, User]) -> None:
    page = browser(cast["ada"])
    assert "bruno@example.it" in page.get("/admin/people?q=BRUNO").text
    assert "anna@example.it" not in page.get("/admin/people?q=bruno").text
    agents = page.get("/admin/people?role=agent").text
    assert "aldo@example.it" in agents and "mia@example.it" not in agents
    for wild in ("%25", "_", "\\", "'; DROP TABLE users; --"):
        assert "Nobody found" in page.get("/admin/people", query_string={"q": wild.replace("%25", "%")}).text
    for number in range(30):
        make_user(session, f"person{number}")
    session.commit()
    first = page.get("/admin/people?q=person").text
    assert first.count("person") > 25 and "cursor=" in first
    assert page.get("/admin/people?cursor=damaged").status_code == 422


def test_dead_jobs_are_shown_and_sent_again(browser: Open, session: Session, ada: User) -> None:
    dead = [make_delivery(session, DEAD, number) for number in range(3)]
    waiting = make_delivery(session, WAITING, 9)
    session.commit()
    page = browser(ada)
    assert "3 jobs were given up" in page.get("/admin").text
    listed = page.get("/admin/jobs").text
    assert "&lt;b&gt;nobody&lt;/b&gt; answers" in listed and "<b>nobody" not in listed
    assert "Gone&gt;test.9" in page.get("/admin/jobs?state=waiting").text
    assert page.send(f"/admin/jobs/{dead[0].id}/again").status_code == 303
    session.expire_all()
    assert [row.state for row in dead] == [WAITING, DEAD, DEAD]
    assert page.send("/admin/jobs/again").status_code == 303
    session.expire_all()
    assert [row.state for row in (*dead, waiting)] == [WAITING] * 4
    assert dead[1].attempts == 0 and waiting.attempts == 20
    assert [act.verb for act in acts(session)] == ["send_again", "send_all_again"]
    assert page.send("/admin/jobs/999999/again").status_code == 404
