"""The site as an administrator runs it: people and jobs."""

from datetime import timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from forum.accounts import administration, rules
from forum.accounts.queries import (
    count_people,
    find_user,
    is_last_administrator,
    list_acts_on,
    list_people,
    list_sessions,
)
from forum.base.backlog import find_backlog
from forum.base.parts import parts
from forum.base.requests import db, now, writes
from forum.base.words import say
from forum.search.askings import count_ends
from forum.web.accounts.entrance import leave
from forum.web.admin.blueprint import administrator, asked, pages
from forum.web.admin.forms import RIGHT_WORDS, ROLE_WORDS, SHORT_WORDS, DisableForm, PowersForm
from forum.web.admin.logged import described, verb_word
from forum.web.admin.worries import find_worries
from forum.web.forms import form_from, takes
from forum.web.language import spoken

#: Long enough that a quiet weekend does not change the picture.
ASKINGS_SHOWN = timedelta(days=30)


@pages.get("/admin")
def overview() -> str:
    """What an administrator looks at first."""
    administrator()
    backlog = find_backlog(db(), now())
    return render_template(
        "admin/overview.html",
        people=count_people(db()),
        backlog=backlog,
        worries=find_worries(db(), parts(), backlog, now()),
        askings=count_ends(db(), now() - ASKINGS_SHOWN),
        askings_days=ASKINGS_SHOWN.days,
    )


@pages.get("/admin/people")
def people() -> str:
    """Find somebody."""
    administrator()
    filters: dict[str, Any] = {"q": asked("q"), "role": asked("role"), "state": asked("state")}
    found = list_people(db(), filters["q"], filters["role"], filters["state"], request.args.get("cursor"))
    following = url_for("admin.people", **filters, cursor=found.next) if found.next else None
    return render_template(
        "admin/people.html", people=found.items, next_url=following, filters=filters, words=SHORT_WORDS
    )


@pages.get("/admin/people/<int:user_id>")
def person(user_id: int, powers: PowersForm | None = None, closing: DisableForm | None = None) -> str:
    """One person: what they may do, and whether they may come in."""
    who = administrator()
    found = find_user(db(), user_id)
    last = is_last_administrator(db(), found)
    return render_template(
        "admin/person.html",
        person=found,
        powers=powers or form_from(PowersForm, roles=sorted(found.roles), rights=sorted(found.rights)),
        closing=closing or form_from(DisableForm),
        role_words=ROLE_WORDS,
        right_words=RIGHT_WORDS,
        may_disable=rules.may_disable(who, found, last),
        sessions=list_sessions(db(), found, now()),
        acts=[
            (verb_word(act.verb), act, described(act.before), described(act.after)) for act in list_acts_on(db(), found)
        ],
        is_last=last,
    )


@pages.post("/admin/people/<int:user_id>/powers")
@takes(PowersForm, again=lambda form, user_id: person(user_id, powers=form))
@writes
def change_powers(form: PowersForm, user_id: int) -> Response:
    """Give and take roles and rights."""
    who, found = administrator(), find_user(db(), user_id)
    changed = administration.change_powers(
        db(), who, found, frozenset(form.roles.data), frozenset(form.rights.data), now()
    )
    if changed and who.id == found.id:
        return leave(say("Kept. Sign in again to use it."), to="/account/sign-in?next=/admin")
    flash(spoken(say("Kept. %(name)s signs in again.", name=found.name) if changed else say("Nothing was changed.")))
    return _back_to(user_id)


@pages.post("/admin/people/<int:user_id>/disable")
@takes(DisableForm, again=lambda form, user_id: person(user_id, closing=form))
@writes
def disable(form: DisableForm, user_id: int) -> Response:
    """Shut somebody out at once."""
    who, found = administrator(), find_user(db(), user_id)
    administration.disable(db(), who, found, form.why.data, now())
    flash(spoken(say("%(name)s is signed out and cannot come in any more.", name=found.name)))
    return _back_to(user_id)


@pages.post("/admin/people/<int:user_id>/enable")
@writes
def enable(user_id: int) -> Response:
    """Let somebody in again."""
    who, found = administrator(), find_user(db(), user_id)
    administration.enable(db(), who, found, now())
    flash(spoken(say("%(name)s can come in again.", name=found.name)))
    return _back_to(user_id)


@pages.post("/admin/people/<int:user_id>/end-sessions")
@writes
def end_sessions(user_id: int) -> Response:
    """Sign somebody out everywhere."""
    who, found = administrator(), find_user(db(), user_id)
    administration.end_sessions_of(db(), who, found, now())
    if who.id == found.id:
        return leave()
    flash(spoken(say("%(name)s is signed out everywhere.", name=found.name)))
    return _back_to(user_id)


def _back_to(user_id: int) -> Response:
    return redirect(url_for("admin.person", user_id=user_id), 303)
