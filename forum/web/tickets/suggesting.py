"""What could help with a ticket: answers and articles that its own words lead to, each with the passage that speaks for it."""

from dataclasses import dataclass

from flask import render_template, request
from sqlalchemy.orm import Session

from forum.accounts.models import User
from forum.base.markup import plain_text
from forum.base.parts import parts
from forum.base.requests import db
from forum.base.words import Sentence, say
from forum.search.documents import ARTICLE, QUESTION
from forum.search.queries import Found, similar
from forum.tickets import queries, rules
from forum.tickets.models import FROM_CUSTOMER, Ticket
from forum.web.agents import agent
from forum.web.questions.addresses import question_place
from forum.web.search.hits import hit_url
from forum.web.tickets.views import find, pages
from search_index.passages import Passage

#: As many as an agent reads before searching by hand.
MOST = 5

#: The subject and what the customer said last say what a case is about now.
MESSAGES, TEXT_LENGTH = 3, 1_500


@dataclass(frozen=True)
class Suggestion:
    """Something to link by one press, and why."""

    title: str
    url: str
    reason: Sentence
    passage: Passage | None
    #: As the form for linking takes it: "answer 9".
    target: str


@pages.get("/tickets/<int:ticket_id>/suggestions")
def suggestions(ticket_id: int) -> str:
    """Drawn apart from the ticket, of what it says at this moment."""
    person = agent(rules.may_see_tickets)
    ticket = find(ticket_id)
    part = request.args.get("part") == "1"
    return render_template(
        "tickets/_suggestions.html" if part else "tickets/suggestions.html",
        ticket=ticket,
        suggestions=suggest(db(), person, ticket),
    )


def suggest(session: Session, person: User, ticket: Ticket) -> list[Suggestion]:
    """The best few that are not linked yet; nothing of the ticket leaves it but as words to look for."""
    said = [message.text for message in queries.list_messages(session, ticket) if message.kind == FROM_CUSTOMER]
    words = "\n".join([ticket.subject, *(plain_text(text) for text in reversed(said[-MESSAGES:]))])[:TEXT_LENGTH]
    links = [link for link in queries.list_links(session, person, ticket) if link.unlinked_at is None]
    own = f"{QUESTION}:{ticket.question_id}" if ticket.question_id else ""
    found = similar(session, person, parts().index, words, limit=MOST + len(links), exclude=own)
    linked = {(kind, number) for link in links for kind, number in _numbers(link) if number is not None}
    wanted = [
        hit
        for hit in found
        if (hit.kind, hit.id) not in linked and (hit.kind, hit.id) != (QUESTION, ticket.question_id)
    ]
    places = [hit.place.partition(":") for hit in wanted]
    fitting = [int(number) for kind, _, number in places if kind == "answer"]
    answers = queries.best_answers(session, [hit.id for hit in wanted if hit.kind == QUESTION], fitting)
    made = []
    for hit in wanted:
        if hit.kind == ARTICLE:
            made.append(Suggestion(hit.title, hit_url(hit), say("Article"), hit.passage, f"article {hit.id}"))
        elif hit.id in answers and ("answer", answers[hit.id].id) not in linked:
            made.append(_answer(hit, answers[hit.id].id, answers[hit.id].author.name, answers[hit.id].is_accepted))
    return made[:MOST]


def _answer(hit: Found, answer_id: int, author: str, is_accepted: bool) -> Suggestion:
    reason = say("Accepted answer of %(name)s", name=author) if is_accepted else say("Answer of %(name)s", name=author)
    url = f"{question_place(hit.id, hit.title)}#answer-{answer_id}"
    return Suggestion(hit.title, url, reason, hit.passage, f"answer {answer_id}")


def _numbers(link: object) -> list[tuple[str, int | None]]:
    return [(kind, getattr(link, f"{kind}_id")) for kind in ("answer", ARTICLE, QUESTION)]
