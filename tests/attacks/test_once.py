"""A form sent again makes nothing new, and a form used for something else loses nothing."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forum.accounts.models import User
from forum.base.once import IdempotencyKey
from forum.questions.models import Answer, Comment
from forum.tickets.models import TicketMessage
from tests.town import Town

KEY = "ab" * 16


def count(session: Session, kind: type[Any]) -> int:
    return session.scalar(select(func.count()).select_from(kind)) or 0


def test_the_same_message_twice_is_one_and_another_in_the_same_form_is_kept_too(
    session: Session, aldo: User, town: Town, browser: Any
) -> None:
    client, before = browser(aldo), count(session, TicketMessage)
    url = f"/tickets/{town.ids['ticket']}/messages"
    for text, made in (("First.", 1), ("First.", 1), ("Second.", 2), ("First.", 2)):
        assert client.send(url, {"kind": "note", "text": text, "once": KEY}).status_code == 303
        assert count(session, TicketMessage) == before + made
    other = f"/tickets/{town.ids['free_ticket']}/messages"
    assert client.send(other, {"kind": "note", "text": "First.", "once": KEY}).status_code == 303
    assert count(session, TicketMessage) == before + 3


def test_one_key_in_two_forms_makes_both(session: Session, carla: User, town: Town, browser: Any) -> None:
    client, answers, comments = browser(carla), count(session, Answer), count(session, Comment)
    url = f"/questions/{town.ids['question']}"
    for _ in range(2):
        assert client.send(f"{url}/answers", {"text": "Unplug it.", "once": KEY}).status_code == 303
        assert client.send(f"{url}/comments", {"text": "Unplug it.", "once": KEY}).status_code == 303
    assert (count(session, Answer), count(session, Comment)) == (answers + 1, comments + 1)


def test_another_persons_key_is_nobody_elses(
    session: Session, carla: User, bruno: User, town: Town, browser: Any
) -> None:
    before, url = count(session, Answer), f"/questions/{town.ids['alone']}/answers"
    for person in (carla, bruno):
        assert browser(person).send(url, {"text": "Unplug it.", "once": KEY}).status_code == 303
    assert count(session, Answer) == before + 2


def test_a_key_that_is_none_of_ours_is_not_kept(session: Session, carla: User, town: Town, browser: Any) -> None:
    before = count(session, IdempotencyKey)
    for key in ("", "x" * 5_000, "a b", "é", "a\0b"):
        url = f"/questions/{town.ids['alone']}/answers"
        assert browser(carla).send(url, {"text": f"Unplug {len(key)}.", "once": key}).status_code == 303
    assert count(session, IdempotencyKey) == before


def test_what_is_kept_of_a_sign_up_says_nothing_of_its_password(session: Session, browser: Any) -> None:
    client = browser(None)
    form = {"name": "Yuri", "email": "yuri@example.it", "once": KEY}
    for password in ("seven marmots under a tidal lamp", "eight marmots under a tidal lamp"):
        assert client.send("/account/sign-up", {**form, "password": password}).status_code == 303
    kept = session.scalars(select(IdempotencyKey.key).where(IdempotencyKey.key.startswith(KEY))).all()
    assert len(kept) == 1
