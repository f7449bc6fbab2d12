"""Who somebody is to the forum: what they asked, and whom they helped."""

from typing import Any

from flask import Blueprint, jsonify, render_template, request, url_for
from werkzeug.wrappers import Response

from forum.accounts.mentions import mention_name, suggest_people
from forum.accounts.models import NAME_LENGTH, User
from forum.accounts.queries import list_standing
from forum.base.errors import NotFound
from forum.base.requests import db
from forum.base.slugs import slugify
from forum.base.texts import Unclean, bounded_id, clean_line
from forum.base.words import Sentence, say
from forum.questions.queries import count_record, list_answers_of, list_questions_of, list_speakers
from forum.web.language import gettext
from forum.web.moving import moved, whole
from forum.web.pace import NAMES, keep_pace
from forum.web.people import actor, reader
from forum.web.profiles.standing import show_lines
from forum.web.questions.addresses import answer_url
from forum.web.questions.shown import show_question

pages = Blueprint("profiles", __name__)

ANSWERS, SOLVED, QUESTIONS, STANDING = "answers", "solved", "questions", "standing"
TAB_NAMES = {ANSWERS: say("Answers"), SOLVED: say("Solved it"), QUESTIONS: say("Questions")}


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
        return moved(url_for("profiles.show", person_id=person_id, slug=own_slug))
    is_own = reader().id == person.id
    names: dict[str, Sentence] = {**TAB_NAMES, STANDING: say("Your standing")} if is_own else TAB_NAMES
    tab = request.args.get("tab", "")
    tab = tab if tab in names else ANSWERS
    here: dict[str, Any] = {"person_id": person_id, "slug": own_slug}
    record = count_record(db(), person)
    listed, next_cursor = list_tab(person, tab)
    return render_template(
        "profiles/show.html",
        person=person,
        mention=mention_name(person),
        is_own=is_own,
        record=record,
        is_indexed=bool(record.questions or record.answers) and person.disabled_at is None,
        tab=tab,
        tabs=[
            {"label": label, "url": url_for("profiles.show", tab=key, **here), "is_current": key == tab}
            for key, label in names.items()
        ],
        **listed,
        next_url=url_for("profiles.show", tab=tab, after=next_cursor, **here) if next_cursor else None,
        canonical=whole(url_for("profiles.show", **here)),
    )


def list_tab(person: User, tab: str) -> tuple[dict[str, Any], str | None]:
    """What the chosen tab lists, under the name the template knows it by, and the cursor to the rest."""
    after = request.args.get("after")
    if tab == QUESTIONS:
        asked = list_questions_of(db(), person, after)
        return {"questions": [show_question(question) for question in asked.items]}, asked.next
    if tab == STANDING:
        entries = list_standing(db(), person, after)
        return {"lines": show_lines(db(), entries.items)}, entries.next
    answered = list_answers_of(db(), person, after, accepted=tab == SOLVED)
    return {"answers": [(answer, answer_url(answer)) for answer in answered.items]}, answered.next
