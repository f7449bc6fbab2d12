"""Topics: the list of all, the page of one, and what it is said to be about."""

import json
from dataclasses import replace
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import HiddenField

from forum.base.errors import Conflict
from forum.base.parts import parts
from forum.base.requests import db, now, writes
from forum.base.texts import Unclean, clean_line
from forum.base.verdicts import require
from forum.knowledge.queries import list_articles_about
from forum.questions import actions, rules
from forum.questions.checks import DESCRIPTION_LENGTH
from forum.questions.models import Tag
from forum.questions.queries import find_tag, list_tags
from forum.questions.topics import find_topic, list_helpers
from forum.web.context import LINKS, own_name
from forum.web.forms import Line, PageForm, form_from, takes
from forum.web.knowledge.cards import show_card
from forum.web.language import gettext, language
from forum.web.moving import moved, whole
from forum.web.people import actor, reader
from forum.web.questions.blueprint import pages
from forum.web.questions.listing import STATE_NAMES, clean_name, draw_list, sent_filters

#: More than this nobody types to find a topic.
SEARCH_LENGTH = 100


@pages.get("/tags")
def tags() -> str:
    """All topics, the busiest first, or those whose name holds what is looked for."""
    search = _sent_search()
    found = list_tags(db(), request.args.get("after"), search=search)
    return render_template(
        "tags/list.html",
        tags=[(tag, described(tag)) for tag in found.items],
        search=search,
        next_url=url_for("questions.tags", after=found.next, q=search or None) if found.next else None,
        canonical=whole(url_for("questions.tags")),
    )


def _sent_search() -> str:
    try:
        return clean_line(request.args.get("q", ""))[:SEARCH_LENGTH]
    except Unclean:
        return ""


def described(tag: Tag) -> str:
    """What it is about in the reader's language, else in the first that says anything."""
    spoken = [language(), *parts().settings.languages]
    return next((str(tag.descriptions[code]) for code in spoken if tag.descriptions.get(code)), "")


@pages.get("/tags/<name>")
def tag(name: str) -> str | Response:
    """What was asked about one topic, who helps there, and what is known for sure."""
    topic = find_topic(db(), reader(), clean_name(name))
    found = topic.tag
    if found.name != name:
        return moved(LINKS.tag_url(found.name))
    filters = replace(sent_filters(), tag=found.name)
    is_start = not request.args.get("after")
    return draw_list(
        "tags/show.html",
        "questions.tag",
        filters,
        name=found.name,
        tag=found,
        description=described(found),
        counts=[
            (STATE_NAMES[state], number, url_for("questions.tag", name=found.name, state=state))
            for state, number in topic.counts.items()
        ],
        helpers=list_helpers(db(), found) if is_start else [],
        articles=[show_card(article) for article in list_articles_about(db(), found)] if is_start else [],
        is_following=topic.is_following,
        edit_url=url_for("questions.describe_tag", name=found.name) if rules.may_describe_tag(reader()) else None,
    )


class DescriptionForm(PageForm):
    """One line for each language of the site; `seen` is what stood there when the form was opened."""

    seen = HiddenField()

    @property
    def seen_before(self) -> dict[str, str] | None:
        try:
            seen = json.loads(self.seen.data or "")
        except (ValueError, RecursionError):
            return None
        if not isinstance(seen, dict) or not all(isinstance(words, str) for words in seen.values()):
            return None
        return seen

    @property
    def descriptions(self) -> dict[str, str]:
        return {code: self[code].data for code in parts().settings.languages}


def description_form() -> type[DescriptionForm]:
    """The form with a field for each language of this site."""
    fields: dict[str, Any] = {
        code: Line(own_name(code), least=0, most=DESCRIPTION_LENGTH) for code in parts().settings.languages
    }
    return type("SiteDescriptionForm", (DescriptionForm,), fields)


@pages.get("/tags/<name>/edit")
def describe_tag(name: str) -> str:
    require(rules.may_describe_tag(actor()))
    found = find_tag(db(), clean_name(name))
    said = {code: str(found.descriptions.get(code, "")) for code in parts().settings.languages}
    return describe_page(form_from(description_form(), seen=json.dumps(said), **said), name)


def describe_page(form: DescriptionForm, name: str, conflict: Any = None) -> str:
    found = find_tag(db(), clean_name(name))
    require(rules.may_describe_tag(actor()))
    if conflict is not None:
        said = {code: str(found.descriptions.get(code, "")) for code in parts().settings.languages}
        form.seen.data = json.dumps(said)
    return render_template(
        "tags/edit.html",
        form=form,
        tag=found,
        fields=[form[code] for code in parts().settings.languages],
        back=LINKS.tag_url(found.name),
        conflict=conflict,
        languages=parts().settings.languages,
    )


@pages.post("/tags/<name>/edit")
def save_description(name: str) -> Any:
    """The form is made for the languages of this site, so it is taken here and not by a decorator."""
    try:
        return takes(description_form(), again=describe_page)(_save_description)(name=name)
    except Conflict as conflict:
        return describe_page(description_form()(request.form), name, conflict.reason), 409


@writes
def _save_description(form: DescriptionForm, name: str) -> Response:
    found = find_tag(db(), clean_name(name))
    actions.describe_tag(db(), actor(), found, form.descriptions, now(), seen=form.seen_before)
    flash(gettext("Saved."), "ok")
    return redirect(LINKS.tag_url(found.name), 303)


save_description.is_writes = True  # type: ignore[attr-defined]
