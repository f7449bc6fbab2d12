"""Who somebody is to the forum: what they asked, and whom they helped."""

from typing import Any

from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response

from forum.accounts.models import User
from forum.base.errors import NotFound
from forum.base.requests import db
from forum.base.slugs import slugify
from forum.base.words import say
from forum.questions.queries import count_record, list_answers_of, list_questions_of
from forum.web.moving import moved, whole
from forum.web.questions.addresses import answer_url
from forum.web.questions.shown import show_question

pages = Blueprint("profiles", __name__)

ANSWERS, QUESTIONS = "answers", "questions"
TAB_NAMES = {ANSWERS: say("Answers"), QUESTIONS: say("Questions")}


@pages.get("/people/<int:person_id>", defaults={"slug": None})
@pages.get("/people/<int:person_id>/<slug>")
def show(person_id: int, slug: str | None) -> str | Response:
    """A person's page; any other slug leads to the right address."""
    person = db().get(User, person_id)
    if person is None:
        raise NotFound("person")
    own_slug = slugify(person.name)
    if slug != own_slug:
        return moved(url_for("profiles.show", person_id=person_id, slug=own_slug))
    tab = request.args.get("tab", "")
    tab = tab if tab in TAB_NAMES else ANSWERS
    here: dict[str, Any] = {"person_id": person_id, "slug": own_slug}
    after = request.args.get("after")
    asked = list_questions_of(db(), person, after) if tab == QUESTIONS else None
    answered = list_answers_of(db(), person, after) if tab == ANSWERS else None
    found = asked or answered
    next_cursor = found.next if found else None
    record = count_record(db(), person)
    return render_template(
        "profiles/show.html",
        person=person,
        record=record,
        is_indexed=bool(record.questions or record.answers),
        tab=tab,
        tabs=[
            {"label": label, "url": url_for("profiles.show", tab=key, **here), "is_current": key == tab}
            for key, label in TAB_NAMES.items()
        ],
        questions=[show_question(question) for question in asked.items] if asked else [],
        answers=[(answer, answer_url(answer)) for answer in answered.items] if answered else [],
        next_url=url_for("profiles.show", tab=tab, after=next_cursor, **here) if next_cursor else None,
        canonical=whole(url_for("profiles.show", **here)),
    )
