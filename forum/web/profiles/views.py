"""Who somebody is to the forum: what they asked, and whom they helped."""

from typing import Any

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from forum.accounts.mentions import mention_name, suggest_people
from forum.accounts.models import NAME_LENGTH, User
from forum.base.errors import NotFound
from forum.base.parts import parts
from forum.base.requests import db
from forum.base.slugs import slugify
from forum.base.texts import Unclean, bounded_id, clean_line
from forum.base.words import say
from forum.questions.queries import count_record, list_answers_of, list_questions_of, list_speakers
from forum.web.language import gettext
from forum.web.pace import NAMES, keep_pace
from forum.web.people import actor, reader
from forum.web.questions.addresses import answer_url
from forum.web.questions.shown import show_question

pages = Blueprint("profiles", __name__)

ANSWERS, QUESTIONS = "answers", "questions"
TAB_NAMES = {ANSWERS: say("Answers"), QUESTIONS: say("Questions")}


@pages.get("/people/named")
def named() -> Response:
    """People whose name begins so, for a script; those who speak in the question come first."""
    who = actor()
    keep_pace(NAMES)
    try:
        beginning = clean_line(request.args.get("q", ""))[:NAME_LENGTH]
    except Unclean:
        beginning = ""
    near = _people_of(request.args.get("question", ""))
    found = suggest_people(db(), beginning, [number for number in near if number != who.id])
    return jsonify(
        items=[
            {
                "name": person.name,
                "mention": mention_name(person),
                "note": gettext("in this discussion") if person.id in near else "",
            }
            for person in found
            if person.id != who.id
        ]
    )


def _people_of(number: str) -> list[int]:
    """Who asked, answered and commented there, as far as the reader may see it."""
    try:
        return list_speakers(db(), reader(), bounded_id(number))
    except (Unclean, NotFound):
        return []


@pages.get("/people/<int:person_id>", defaults={"slug": None})
@pages.get("/people/<int:person_id>/<slug>")
def show(person_id: int, slug: str | None) -> str | Response:
    """A person's page; any other slug leads to the right address."""
    person = db().get(User, person_id)
    if person is None:
        raise NotFound("person")
    own_slug = slugify(person.name)
    if slug != own_slug:
        return redirect(url_for("profiles.show", person_id=person_id, slug=own_slug), 308)
    tab = request.args.get("tab", "")
    tab = tab if tab in TAB_NAMES else ANSWERS
    here: dict[str, Any] = {"person_id": person_id, "slug": own_slug}
    after = request.args.get("after")
    asked = list_questions_of(db(), person, after) if tab == QUESTIONS else None
    answered = list_answers_of(db(), person, after) if tab == ANSWERS else None
    found = asked or answered
    next_cursor = found.next if found else None
    return render_template(
        "profiles/show.html",
        person=person,
        mention=mention_name(person),
        record=count_record(db(), person),
        tab=tab,
        tabs=[
            {"label": label, "url": url_for("profiles.show", tab=key, **here), "is_current": key == tab}
            for key, label in TAB_NAMES.items()
        ],
        questions=[show_question(question) for question in asked.items] if asked else [],
        answers=[(answer, answer_url(answer)) for answer in answered.items] if answered else [],
        next_url=url_for("profiles.show", tab=tab, after=next_cursor, **here) if next_cursor else None,
        canonical=parts().settings.base_url + url_for("profiles.show", **here),
    )
