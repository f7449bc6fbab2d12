"""Whatever is written where, it stays words: one text that breaks out of elements and attributes, in every field."""

import re
from html import unescape
from typing import Any

import pytest
from sqlalchemy.orm import Session

from forum.accounts.models import User
from forum.base.clock import utc_now
from forum.contacts.models import ExternalId
from forum.questions import actions
from forum.tickets.actions import link
from tests.builders import make_answer, make_article, make_comment, make_contact, make_question, make_ticket, unlimited
from tests.conftest import DATABASES
from tests.doors import GET, fill
from tests.ground import made_once
from tests.town import Town

#: What a page escapes does not depend on the database: one is enough here.
pytestmark = pytest.mark.parametrize("database_url", DATABASES[:1], indirect=True)

BREAKING = """quox"'--></title></script><img src=x onerror=a>{{7*7}}"""


@made_once
def numbers(session: Session, cast: dict[str, User], town: Town) -> dict[str, int]:
    """A question, an article, a contact and a ticket with the text wherever there is room for words."""
    anna, bruno, elena, mia, aldo, now = (
        *(cast[name] for name in ("anna", "bruno", "elena", "mia", "aldo")),
        utc_now(),
    )
    bruno.name = bruno.about = BREAKING
    with unlimited():
        question = make_question(session, anna, title=BREAKING, text=BREAKING, now=now)
        answer = make_answer(session, bruno, question, text=BREAKING, accepted=True, now=now)
        comment = make_comment(session, bruno, question, text=BREAKING, now=now)
        article = make_article(session, elena, answer, reviewer=mia, title=BREAKING, text=BREAKING, now=now)
        actions.hide_comment(session, mia, comment, BREAKING, now)
        actions.close_question(session, mia, question, BREAKING, now)
    contact = make_contact(session, BREAKING, emails=("x@example.it",), user=bruno)
    contact.company, contact.zone = BREAKING[:60], BREAKING[:30]
    contact.external_ids.append(ExternalId(system="crm", value=BREAKING[:60]))
    ticket = make_ticket(session, aldo, contact, subject=BREAKING, message=BREAKING, now=now)
    link(session, aldo, ticket, answer, now, why=BREAKING)
    session.commit()
    return {
        "question": question.id, "answer": answer.id, "comment": comment.id, "live": article.id, "contact": contact.id,
        "ticket": ticket.id, "free_ticket": ticket.id, "bruno": bruno.id, "anna": bruno.id,
    }  # fmt: skip


def test_no_page_takes_words_for_markup(
    session: Session, town: Town, numbers: dict[str, int], omni: User, browser: Any
) -> None:
    client = browser(omni)
    town.ids |= numbers
    paths = [fill(path, town) for paths in GET.values() for path in paths]
    paths += ["/similar?title=uox", "/admin/people?q=uox", "/contacts?q=uox", "/kb", "/questions?tab=active"]
    broken, shown = set(), 0
    for path in paths:
        for language in ("en", "it"):
            answer = client.get(path, headers={"Accept-Language": language}, follow_redirects=True)
            shown += "quox" in unescape(answer.text)
            if re.search(r"quox[\"'<]|<img src=x|</script><img", answer.text) or "quox49" in answer.text:
                broken.add(path)
    assert not broken
    assert shown > 30
