"""The tags, as moderators keep them in order."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import Field

from config import KNOWN_LANGUAGES
from forum.accounts.models import User
from forum.base.errors import Invalid, NotFound
from forum.base.parts import parts
from forum.base.requests import db, now, writes
from forum.base.verdicts import require
from forum.base.words import say, say_many
from forum.questions import rules
from forum.questions.actions import describing
from forum.questions.actions import tags as actions
from forum.questions.checks import DESCRIPTION_LENGTH
from forum.questions.models import TAG_LENGTH, Tag
from forum.questions.queries import find_own_tag, list_all_tags
from forum.web.admin.blueprint import asked, pages
from forum.web.forms import Line, PageForm, Text, form_from, takes
from forum.web.language import gettext, spoken
from forum.web.people import actor

#: Blanks around a name are nobody's concern; what is too long is said by the action, in its own words.
TYPED_LENGTH = 2 * TAG_LENGTH


class TagNameForm(PageForm):
    """Another name for a tag, or another word that means it."""

    name = Line(say("Name"), most=TYPED_LENGTH)


class MergeForm(PageForm):
    """The tag that stays."""

    into = Line(say("Into the tag"), most=TYPED_LENGTH)


class DescriptionForm(PageForm):
    """What a tag is for, in each language."""

    description_it = Text(say("Description in Italian"), least=0, most=DESCRIPTION_LENGTH)
    description_en = Text(say("Description in English"), least=0, most=DESCRIPTION_LENGTH)

    @property
    def shown(self) -> list[Field]:
        """The fields of the languages this site speaks."""
        return [self._fields[f"description_{each}"] for each in parts().settings.languages]

    def descriptions(self) -> dict[str, str]:
        return {each: self._fields[f"description_{each}"].data or "" for each in KNOWN_LANGUAGES}


def keeper() -> User:
    """Whoever keeps the tags in order; a visitor is asked in, anybody else refused."""
    who = actor()
    require(rules.may_keep_tags(who))
    return who


@pages.get("/admin/tags")
def tags() -> str:
    """All of them, the most used first."""
    keeper()
    words = asked("q", TAG_LENGTH).casefold()
    found = list_all_tags(db(), words, request.args.get("cursor"))
    following = url_for("admin.tags", q=words, cursor=found.next) if found.next else None
    return render_template("admin/tags.html", tags=found.items, words=words, next_url=following)


@pages.get("/admin/tags/<name>")
def tag(name: str, **forms: PageForm) -> str:
    """One tag, and what can be done with it."""
    keeper()
    found = _find(name)
    values = {f"description_{each}": text for each, text in found.descriptions.items()}
    shown: dict[str, PageForm] = {
        "describing": form_from(DescriptionForm, **values),
        "renaming": form_from(TagNameForm, name=found.name),
        "adding": form_from(TagNameForm),
        "merging": form_from(MergeForm),
    }
    shown.update(forms)
    return render_template("admin/tag.html", tag=found, errors=list(forms.values()), **shown)


@pages.post("/admin/tags/<name>/describe")
@takes(DescriptionForm, again=lambda form, name: tag(name, describing=form))
@writes
def describe_tag(form: DescriptionForm, name: str) -> Response:
    who, found = keeper(), _find(name)
    before = dict(found.descriptions)
    describing.describe_tag(db(), who, found, form.descriptions(), now())
    return _done(found, found.descriptions != before)


@pages.post("/admin/tags/<name>/rename")
@takes(TagNameForm, again=lambda form, name: tag(name, renaming=form))
@writes
def rename_tag(form: TagNameForm, name: str) -> Response:
    who, found = keeper(), _find(name)
    return _done(found, actions.rename_tag(db(), who, found, form.name.data, now()))


@pages.post("/admin/tags/<name>/synonyms")
@takes(TagNameForm, again=lambda form, name: tag(name, adding=form))
@writes
def add_synonym(form: TagNameForm, name: str) -> Response:
    """Let another word mean it."""
    who, found = keeper(), _find(name)
    return _done(found, actions.add_synonym(db(), who, found, form.name.data, now()))


@pages.post("/admin/tags/<name>/part")
@writes
def part_synonym(name: str) -> Response:
    """Make a synonym a tag of its own again, with the questions it brought along."""
    who, found = keeper(), _find(name)
    number = actions.part_synonym(db(), who, found, now())
    words = say_many(
        "It is a tag of its own again, with %(num)d question.",
        "It is a tag of its own again, with %(num)d questions.",
        number,
    )
    flash(spoken(words), "ok")
    return redirect(url_for("admin.tag", name=found.name), 303)


@pages.post("/admin/tags/<name>/merge")
@takes(MergeForm, again=lambda form, name: tag(name, merging=form))
@writes
def merge_tags(form: MergeForm, name: str) -> Response:
    """Make one tag of two; the other one stays."""
    who, found = keeper(), _find(name)
    try:
        target = find_own_tag(db(), actions.check_name(form.into.data))
    except NotFound as missing:
        raise Invalid({"into": say("There is no tag of this name.")}) from missing
    except Invalid as invalid:
        raise Invalid({"into": next(iter(invalid.errors.values()))}) from invalid
    target = target.meant or target
    number = actions.merge_tags(db(), who, found, target, now())
    words = say_many(
        "%(num)d question was moved. You can take that back for thirty days.",
        "%(num)d questions were moved. You can take that back for thirty days.",
        number,
    )
    flash(spoken(words), "ok")
    return redirect(url_for("admin.tag", name=target.name), 303)


@pages.post("/admin/tags/<name>/delete")
@writes
def delete_tag(name: str) -> Response:
    """Take away one that nobody uses."""
    actions.delete_tag(db(), keeper(), _find(name), now())
    flash(gettext("The tag is gone."), "ok")
    return redirect(url_for("admin.tags"), 303)


def _find(name: str) -> Tag:
    return find_own_tag(db(), name if name.isprintable() else "")


def _done(found: Tag, changed: bool) -> Response:
    flash(spoken(say("Saved.") if changed else say("Nothing was changed.")), "ok")
    return redirect(url_for("admin.tag", name=found.name), 303)
