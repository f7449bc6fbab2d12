"""A question as an agent needs it: who asks, what was answered, and what to link to which ticket."""

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from forum.base.requests import db, now, writes
from forum.contacts.queries import contact_of, contacts_with_point, find_contact
from forum.knowledge.queries import article_for_question
from forum.questions.queries import find_question, list_answers
from forum.tickets import actions, queries, rules
from forum.tickets.models import Target, is_open
from forum.web.agents import agent
from forum.web.contacts.forms import TIER_WORDS
from forum.web.contacts.history import target_title, target_url
from forum.web.contacts.shown import spoken_point
from forum.web.forms import form_from
from forum.web.language import gettext
from forum.web.tickets.forms import STATUS_WORDS, PassOnForm
from forum.web.tickets.views import pages


@pages.get("/desk/questions/<int:question_id>")
def question_desk(question_id: int) -> str:
    person = agent(rules.may_see_tickets)
    question = find_question(db(), person, question_id)
    article = article_for_question(db(), person, question.id)
    known = contact_of(db(), person, question.asker_id)
    contact = None if known is None else find_contact(db(), person, known.id)
    targets: list[Target] = [answer for answer in list_answers(db(), person, question) if is_open(answer)]
    if article is not None and is_open(article):
        targets.insert(0, article)
    if is_open(question):
        targets.append(question)
    email = question.asker.email
    return render_template(
        "tickets/desk.html",
        question=question,
        contact=contact,
        could_be=contacts_with_point(db(), person, "email", email) if contact is None and email else [],
        targets=targets,
        counts=queries.reuse_counts(db(), targets),
        ties=queries.links_of(db(), person, question),
        opened=queries.tickets_from(db(), person, question),
        may_open=rules.may_open_from(person, question),
        contact_tickets=queries.list_tickets(db(), person, requester_id=contact.id).items if contact else [],
        choices=queries.choices_for(db(), person, contact.id if contact else None),
        form=form_from(PassOnForm),
        status_words=STATUS_WORDS,
        tier_words=TIER_WORDS,
        spoken_point=spoken_point,
        target_title=target_title,
        target_url=target_url,
    )


@pages.post("/desk/questions/<int:question_id>/ticket")
@writes
def open_from_question(question_id: int) -> Response:
    """One press: the asker's contact, the title, the text. Pressed again it leads to what the first press made."""
    person = agent(rules.may_see_tickets)
    question = find_question(db(), person, question_id)
    is_new = not queries.tickets_from(db(), person, question)
    ticket = actions.open_from_question(db(), person, question, contact_of(db(), person, question.asker_id), now())
    flash(gettext("The ticket is open.") if is_new else gettext("There is already a ticket of this question."), "ok")
    return redirect(url_for("tickets.show", ticket_id=ticket.id), 303)
