"""What is kept about me, as a file; and leaving for good."""

import io
import zipfile
from datetime import timedelta

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from forum.accounts import leaving
from forum.accounts.leaving import GRACE, find_farewell
from forum.accounts.queries import find_user
from forum.base.limits import Limit, spend
from forum.base.parts import parts
from forum.base.requests import db, now, writes
from forum.base.words import say
from forum.transfer.people.gathering import gather, person_behind
from forum.transfer.people.telling import as_json, as_page
from forum.web.accounts.blueprint import pages
from forum.web.accounts.forms import DataForm, LeaveForm, Nothing
from forum.web.forms import form_from, takes
from forum.web.language import language, spoken
from forum.web.people import actor

#: Every table is walked for it, and nobody needs it often.
COPIES = Limit("copies of one's data", 5, timedelta(days=1))


@pages.get("/account/data")
def show_data(form: DataForm | None = None) -> str:
    """What the file will hold, and the way to the end."""
    return render_template(
        "accounts/data.html", form=form or form_from(DataForm), farewell=find_farewell(db(), actor())
    )


@pages.post("/account/data")
@takes(DataForm, again=show_data)
@writes
def download_data(form: DataForm) -> Response:
    """The file itself, made now and kept nowhere."""
    person = actor()
    spend(db(), COPIES, f"user:{person.id}", now())
    rows = gather(db(), person_behind(db(), person), for_themselves=True)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("person.json", as_json(rows, now()))
        archive.writestr("person.html", as_page(rows, now(), language(), parts().settings.site_name))
    response = Response(packed.getvalue(), mimetype="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="person-{person.id}.zip"'
    response.headers["Cache-Control"] = "no-store"
    return response


@pages.get("/account/leave")
def show_leave(form: LeaveForm | None = None) -> str:
    """What leaving means, said before anything is asked."""
    return render_template(
        "accounts/leave.html",
        form=form or form_from(LeaveForm, posts="keep"),
        farewell=find_farewell(db(), actor()),
        days=GRACE.days,
    )


@pages.post("/account/leave")
@takes(LeaveForm, again=show_leave)
@writes
def leave_for_good(form: LeaveForm) -> Response:
    """Begin the days of grace."""
    person = find_user(db(), actor().id)
    leaving.ask_to_leave(db(), person, now(), posts_removed=form.posts.data == "remove")
    flash(spoken(say("Your account will be deleted. Until then you can take it back here.")), "warn")
    return redirect(url_for("accounts.show_leave"), 303)


@pages.post("/account/stay")
@takes(Nothing, again=lambda form: show_leave())
@writes
def stay(form: Nothing) -> Response:
    """Take it back."""
    leaving.stay(db(), actor())
    flash(spoken(say("Your account stays.")))
    return redirect(url_for("accounts.show_data"), 303)
