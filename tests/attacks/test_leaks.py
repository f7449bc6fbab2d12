"""What is out of sight shows nowhere: every page and every number, seen by those it is kept from; and looking changes nothing."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from sqlalchemy.orm import Session

from forum.accounts.models import User
from forum.base.clock import utc_now
from forum.base.markup import render
from forum.base.parts import Parts
from forum.contacts.models import Contact, ExternalId
from forum.questions import actions
from forum.questions.models import Answer, Comment, OldAddress, Question
from forum.tickets.models import Ticket
from tests.builders import make_answer, make_comment, make_contact, make_question, make_ticket, unlimited
from tests.conftest import DATABASES
from tests.doors import GET, fill
from tests.ground import made_once
from tests.town import Town
from tests.web.doors_tried import changed, everything

#: What is shown to whom is decided by the same statements on either database: one is enough here.
pytestmark = pytest.mark.parametrize("database_url", DATABASES[:1], indirect=True)

#: No word of the language, so that finding one is no accident.
HIDDEN = ("quoxhiddenq", "quoxhiddena", "quoxhiddenc", "quoxdeletedq", "quoxdeleteda", "quoxdeletedc", "quoxunderneath")
WHY = "quoxreason"
#: Stands beside each of them, and is never searched for: what a page says again of its own address is no leak.
MARK = "quoxmark"
CRM = ("quoxcontact", "quoxcompany", "quoxsubject", "quoxmessage", "quoxnumber", "quox.mail@example.it", "3331234567")

#: Pages by number, tried for every row there is and some there are not.
BY_NUMBER = (
    *("/questions/{}", "/questions/{}/x", "/questions/{}/revisions", "/questions/{}/edit", "/answers/{}"),
    *("/answers/{}/revisions", "/answers/{}/edit", "/comments/{}/edit", "/kb/{}", "/kb/{}/x", "/kb/{}?newest=1"),
    *("/kb/{}/revisions", "/kb/{}/edit", "/people/{}", "/people/{}?tab=questions", "/contacts/{}", "/tickets/{}"),
    *("/contacts/{}/merge?other=1", "/tickets/{}/suggestions", "/tickets/{}/suggestions?part=1"),
    *("/desk/questions/{}", "/old/quox.example.com/questions/{}"),
)
QUERIES = ("/search?q={}", "/similar?title={}", "/tags/{}", "/questions?tag={}", "/questions?removed=1&tag={}")


@made_once
def secrets(session: Session, cast: dict[str, User], town: Town) -> Town:
    """Bruno wrote what was removed, under his own and under Anna's question; Dora is only known to agents."""
    bruno, mia, aldo, now = cast["bruno"], cast["mia"], cast["aldo"], utc_now()
    open_question = session.get_one(Question, town.ids["question"])
    with unlimited():
        hidden = make_question(session, bruno, title=f"{MARK} {HIDDEN[0]}", text=HIDDEN[0], tags=(HIDDEN[0],), now=now)
        make_answer(session, bruno, hidden, text=HIDDEN[6], now=now)
        session.add(OldAddress(path="/quox-old", question_id=hidden.id))
        deleted = make_question(session, bruno, title=f"{MARK} {HIDDEN[3]}", text=HIDDEN[3], now=now)
        answers = [
            make_answer(session, bruno, open_question, text=f"{text} {MARK}", now=now)
            for text in (HIDDEN[1], HIDDEN[4])
        ]
        comments = [
            make_comment(session, bruno, open_question, text=f"{text} {MARK}", now=now)
            for text in (HIDDEN[2], HIDDEN[5])
        ]
        actions.edit_answer(session, bruno, answers[0], render(f"{HIDDEN[1]} again"), 1, now, "x")
        actions.hide_question(session, mia, hidden, WHY, now)
        actions.hide_answer(session, mia, answers[0], WHY, now)
        actions.hide_comment(session, mia, comments[0], WHY, now)
        actions.delete_question(session, bruno, deleted, now)
        actions.delete_answer(session, bruno, answers[1], now)
        actions.delete_comment(session, bruno, comments[1], now)
    contact = make_contact(session, f"Dora {CRM[0]} {MARK}", emails=(CRM[5],), phones=(CRM[6],), user=bruno)
    contact.company, contact.tier = CRM[1], "top"
    contact.external_ids.append(ExternalId(system="crm", value=CRM[4]))
    make_ticket(session, aldo, contact, subject=CRM[2], message=CRM[3], now=now)
    session.commit()
    return town


def crawl(client: Any, town: Town, most: int) -> dict[str, str]:
    """Every page a link leads to, every door, every number, some ways to search: address -> what it said."""
    waiting = [fill(path, town) for paths in GET.values() for path in paths]
    waiting += [path.format(number) for path in BY_NUMBER for number in range(1, most + 2)]
    waiting += [path.format(word) for path in QUERIES for word in (HIDDEN[0], HIDDEN[1], CRM[0])]
    waiting += ["/quox-old", "/contacts?q=quox", "/admin/people?q=quox", "/kb/drafts?state=drafts"]
    said: dict[str, str] = {}
    while waiting:
        path = waiting.pop()
        if path in said:
            continue
        answer = client.get(path)
        told = unescape(answer.text) + " " + (answer.location or "")
        own = [word for word in (*HIDDEN, *CRM) if word in path]
        said[path] = told.replace(own[0], "") if own else told
        links = [*re.findall(r'href="(/(?!static)[^"#?]*(?:\?after=[^"]*)?)', answer.text), answer.location or ""]
        waiting += [unescape(link) for link in links if link.startswith("/") and "quox" not in path]
    return said


def rows(session: Session) -> int:
    return max(session.query(kind).count() for kind in (Question, Answer, Comment, Contact, Ticket, User))


@pytest.mark.parametrize(
    ("who", "kept"),
    [
        ("visitor", (*HIDDEN, WHY, *CRM, MARK)),
        ("elena", (*HIDDEN, WHY, *CRM, MARK)),
        ("aldo", (*HIDDEN, WHY)),
        ("mia", CRM),
    ],
)
def test_nobody_sees_what_is_kept_from_them_and_looking_changes_nothing(
    who: str,
    kept: tuple[str, ...],
    secrets: Town,
    session: Session,
    parts: Parts,
    cast: dict[str, User],
    browser: Any,
    carry: Callable[[], None],
) -> None:
    carry()
    before = everything(parts.store)
    said = crawl(browser(None if who == "visitor" else cast[who]), secrets, rows(session))
    leaks = {(word, path) for path, text in said.items() for word in kept if word in text}
    assert not leaks
    assert len(said) > 150
    assert changed(before, everything(parts.store)) == set()


def test_those_who_may_do_see_it(secrets: Town, session: Session, cast: dict[str, User], browser: Any) -> None:
    mia, aldo = browser(cast["mia"]), browser(cast["aldo"])
    hidden = session.query(Question).filter(Question.title.contains(HIDDEN[0])).one()
    contact = session.query(Contact).filter(Contact.name.contains(MARK)).one()
    ticket = session.query(Ticket).filter(Ticket.requester_id == contact.id).one()
    seen = "".join(
        mia.get(path, follow_redirects=True).text
        for path in (f"/questions/{hidden.id}", fill("/questions/{question}", secrets), "/questions?removed=1")
    )
    assert {word for word in (*HIDDEN, WHY, MARK) if word not in seen} == set()
    seen = aldo.get(f"/contacts/{contact.id}").text + aldo.get(f"/tickets/{ticket.id}").text
    assert {word for word in (*CRM[:6], MARK) if word not in seen} == set()
