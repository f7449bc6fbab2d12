"""What those who run the site see of jobs, of people, and of what needs them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts.models import StaffAct, User
from forum.base.backlog import find_backlog
from forum.base.outbox import DEAD, DONE, WAITING, Delivery
from forum.base.parts import EXTENSION, Parts
from forum.base.words import Sentence
from forum.web.admin.jobs import error_word, job_word, timed_word
from forum.web.admin.worries import find_worries

Open = Callable[[User | None], Any]

TRACE = 'Traceback (most recent call last):\n  File "x.py", line 1\n{}'


def make_delivery(session: Session, state: str = DEAD, **values: Any) -> Delivery:
    moment = datetime.now(UTC)
    delivery = Delivery(
        **{
            "event": "PasswordChanged", "payload": '{"user_id": 7}', "channel": "mail", "state": state, "attempts": 20,
            "subscriber": "PasswordChanged>notices.reactions.tell_new_password", "created_at": moment, "run_at": moment,
            "last_error": TRACE.format("ConnectionRefusedError: [Errno 111] <b>Connection</b> refused"), **values,
        }
    )  # fmt: skip
    session.add(delivery)
    session.commit()
    return delivery


def test_a_job_is_told_in_words(browser: Open, session: Session, ada: User) -> None:
    dead = make_delivery(session)
    page = browser(ada)
    for path in ("/admin/jobs", f"/admin/jobs/{dead.id}"):
        shown = page.get(path).text
        assert "Send a mail" in shown and "Nobody answers at the other end." in shown, path
        assert "&lt;b&gt;Connection" in shown and "{&#34;user_id&#34;: 7}" in shown
    assert page.get("/admin/jobs/999999").status_code == 404


@pytest.mark.parametrize(
    "error, begins",
    [
        (TRACE.format("smtplib.SMTPAuthenticationError: (535, b'no')"), "The mail server does not take our name"),
        (
            TRACE.format("sqlalchemy.exc.OperationalError: (x) gone\n[SQL: SELECT 1]\n(Background)"),
            "The database did not",
        ),
        (TRACE.format("LookupError: nobody is called x any more"), "This version no longer knows"),
        (TRACE.format("TimeoutError"), "The other end did not answer"),
        (TRACE.format("forum.x.StrangeError: odd"), "An error we have no words for"),
        ("gibberish", "An error we have no words for"),
    ],
)
def test_errors_have_words(error: str, begins: str) -> None:
    assert str(error_word(error)).startswith(begins)
    assert error_word(None) is None and error_word("  ") is None


def test_all_work_there_is_has_words(parts: Parts) -> None:
    jobs, timed = parts.subscriptions.subscribers, parts.subscriptions.timed
    assert jobs and timed
    for name, word in (
        (name, say_of(name)) for say_of, names in ((job_word, jobs), (timed_word, timed)) for name in names
    ):
        assert isinstance(word, Sentence), name
    assert timed_word("some.module.sweep_old_things") == "Sweep old things"


@pytest.mark.parametrize("state", [DEAD, WAITING])
def test_a_job_is_dropped_with_a_reason(browser: Open, session: Session, ada: User, state: str) -> None:
    job = make_delivery(session, state)
    page = browser(ada)
    assert page.send(f"/admin/jobs/{job.id}/drop", {"why": ""}).status_code == 422
    assert session.scalars(select(Delivery.id)).all() == [job.id]
    answer = page.send(f"/admin/jobs/{job.id}/drop", {"why": "The address is no more."})
    assert (answer.status_code, answer.location) == (303, f"/admin/jobs?state={state}")
    assert session.scalars(select(Delivery.id)).all() == []
    act = session.scalars(select(StaffAct)).one()
    assert (act.verb, act.why, act.before["about"]) == ("drop_delivery", "The address is no more.", '{"user_id": 7}')
    assert "dropped" in page.get("/admin/log").text
    assert page.send(f"/admin/jobs/{job.id}/drop", {"why": "twice"}).status_code == 404


def test_what_is_done_or_in_hand_is_not_dropped(browser: Open, session: Session, ada: User, mia: User) -> None:
    done = make_delivery(session, DONE)
    held = make_delivery(session, WAITING, leased_until=datetime.now(UTC) + timedelta(minutes=1))
    for job in (done, held):
        assert browser(ada).send(f"/admin/jobs/{job.id}/drop", {"why": "because"}).status_code == 403
    dead = make_delivery(session)
    assert browser(mia).send(f"/admin/jobs/{dead.id}/drop", {"why": "because"}).status_code == 403
    assert len(session.scalars(select(Delivery.id)).all()) == 3


def test_what_was_put_off_does_not_wait(session: Session) -> None:
    later = datetime.now(UTC) + timedelta(days=1)
    make_delivery(session, WAITING, run_at=later, attempts=0, last_error=None)
    assert find_backlog(session, datetime.now(UTC)).waiting == 0
    make_delivery(session, WAITING, run_at=later, attempts=2)
    assert find_backlog(session, datetime.now(UTC)).waiting == 1


def titles(app: Flask, session: Session, parts: Parts) -> list[str]:
    moment = datetime.now(UTC)
    with app.test_request_context():
        return [str(each.title) for each in find_worries(session, parts, find_backlog(session, moment), moment)]


def test_what_needs_a_person(
    app: Flask, browser: Open, session: Session, ada: User, parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = replace(parts, settings=replace(parts.settings, mail_out="smtp://mail.example.it", base_url="https://a.it"))
    assert titles(app, session, good) == []
    app.extensions[EXTENSION] = good
    assert "Nothing needs you right now." in browser(ada).get("/admin").text
    early = datetime.now(UTC) - timedelta(minutes=11)
    make_delivery(session)
    make_delivery(session, WAITING, channel="index", created_at=early)
    bad = replace(good, settings=replace(good.settings, mail_out="none", base_url="http://help.example.it"))
    monkeypatch.setattr(type(parts.index), "needs_rebuild", lambda _: "torn")
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=300_000_000))
    assert titles(app, session, bad) == [
        "1 job was given up", "Work is left lying", "The search index cannot be used", "The search is behind",
        "The disk is nearly full", "No mail is sent", "Pages are not sent by https",
    ]  # fmt: skip
    app.extensions[EXTENSION] = bad
    shown = browser(ada).get("/admin").text
    assert "0.3 GB are free" in shown and "Nothing needs you" not in shown


INVITED = {"name": "Zita", "email": "Zita@Example.it", "roles": ["agent"], "rights": ["editor"], "once": "b" * 32}


def test_somebody_is_invited_by_a_link_that_is_shown_once(browser: Open, session: Session, ada: User) -> None:
    page = browser(ada)
    answer = page.send("/admin/people/invite", INVITED)
    assert answer.status_code == 201 and "/account/choose/" in answer.text
    assert answer.headers["Cache-Control"] == "private, no-store"
    zita = session.scalars(select(User).where(User.name == "Zita")).one()
    assert (zita.email, zita.roles, zita.rights, zita.password_hash) == ("zita@example.it", {"agent"}, {"editor"}, None)
    act = session.scalars(select(StaffAct)).one()
    assert (act.verb, act.actor_id, act.after["roles"]) == ("add_person", ada.id, ["agent"])
    again = page.send("/admin/people/invite", INVITED)
    assert (again.status_code, again.location) == (303, f"/admin/people/{zita.id}")
    place = answer.text.split('value="http://127.0.0.1:5000')[1].split('"')[0]
    theirs = browser(None)
    assert theirs.get(place).status_code == 200
    theirs.send(place, {"password": "seven marmots under a tidal lamp"})
    session.expire_all()
    assert zita.password_hash
    shown = page.get(f"/admin/people/{zita.id}").text
    assert "What staff did to this account" in shown and "After: Roles Agent" in shown


@pytest.mark.parametrize(
    "form, status",
    [
        ({"email": "bruno@example.it"}, 422), ({"email": "nobody"}, 422), ({"email": ""}, 422), ({"name": ""}, 422),
        ({"roles": ["emperor"]}, 422), ({"name": "admin"}, 422), ({}, 201),
    ],
)  # fmt: skip
def test_who_cannot_be_invited(
    browser: Open, session: Session, cast: dict[str, User], form: dict[str, Any], status: int
) -> None:
    before = len(session.scalars(select(User.id)).all())
    for who in ("mia", "aldo", "anna"):
        assert browser(cast[who]).send("/admin/people/invite", {**INVITED, **form}).status_code == 403, who
    answer = browser(cast["ada"]).send("/admin/people/invite", {**INVITED, **form})
    session.expire_all()
    assert answer.status_code == status
    assert len(session.scalars(select(User.id)).all()) == before + (status == 201)


def test_a_person_shows_browsers_and_what_was_changed(browser: Open, session: Session, ada: User, bruno: User) -> None:
    browser(bruno)
    page = browser(ada)
    shown = page.get(f"/admin/people/{bruno.id}").text
    assert "last seen" in shown and "What staff did" not in shown
    page.send(f"/admin/people/{bruno.id}/powers", {"roles": ["agent"], "rights": []})
    shown = page.get(f"/admin/people/{bruno.id}").text
    assert "Before: Roles –" in shown and "After: Roles Agent" in shown
