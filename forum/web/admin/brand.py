"""The face of the site, as an administrator chooses it: seen before it is kept, and taken back."""

from typing import Any

from flask import Response as Answer
from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import BooleanField, FileField

from forum.base.parts import parts
from forum.base.requests import db, now, writes
from forum.base.words import say
from forum.brand import actions
from forum.brand.actions import Draft
from forum.brand.colours import DARK_GROUNDS, LIGHT_GROUNDS, read_colour
from forum.brand.models import NAME_LENGTH
from forum.brand.pictures import MOST_BYTES, Logo, draw_logo
from forum.brand.queries import find_brand
from forum.web.admin.blueprint import administrator, pages
from forum.web.brand import keep, shades_of, stylesheet
from forum.web.forms import Line, form_from, takes
from forum.web.language import gettext, spoken
from forum.web.questions.forms import Versioned

#: The accent of our own tokens.
OWN_ACCENT = "#0a5c66"

SHADE_LENGTH = 20


class BrandForm(Versioned):
    """What the site shows of the company."""

    site_name = Line(say("Name of the site"), least=0, most=NAME_LENGTH)
    company = Line(say("Name of the company"), least=0, most=NAME_LENGTH)
    accent = Line(
        say("Colour"), least=0, most=SHADE_LENGTH, description=say("Of links and main buttons, such as #0a5c66.")
    )
    logo = FileField(say("Logo"))
    drops_logo = BooleanField(say("Show no logo"))

    drawn: Logo | None = None

    def prepare(self) -> None:
        sent = request.files.get("logo")
        content = sent.stream.read(MOST_BYTES + 1) if sent is not None else b""
        self.drawn = draw_logo(content) if content else None
        if self.accent.data.strip():
            actions.check_accent(self.accent.data)

    def draft(self) -> Draft:
        return Draft(self.site_name.data, self.company.data, self.accent.data, self.drawn, bool(self.drops_logo.data))


@pages.get("/admin/brand")
def brand(form: BrandForm | None = None, tried: str | None = None) -> str:
    """What is shown now; `tried` is a colour to look at before it is kept."""
    administrator()
    current = find_brand(db())
    accent = tried or read_colour(current.accent) or OWN_ACCENT
    values: dict[str, Any] = {
        "site_name": current.site_name,
        "company": current.company,
        "accent": current.accent,
        "version": current.id or 0,
    }
    light, dark = shades_of(accent)
    return render_template(
        "admin/brand.html",
        brand=current,
        form=form or form_from(BrandForm, **values),
        tried=tried,
        accent=accent,
        light=light,
        dark=dark,
        grounds=[*LIGHT_GROUNDS],
        dark_grounds=[*DARK_GROUNDS],
        default_name=parts().settings.site_name,
    )


def brand_again(form: BrandForm) -> str:
    return brand(form, tried=read_colour(form.accent.data or ""))


@pages.get("/admin/brand/preview.css")
def brand_preview() -> Answer:
    """The tokens of a colour, for the panel that shows it alone."""
    administrator()
    accent = read_colour(request.args.get("accent", "")[:SHADE_LENGTH]) or OWN_ACCENT
    return Answer(stylesheet(".brand-preview", accent), content_type="text/css; charset=utf-8")


@pages.post("/admin/brand")
@takes(BrandForm, again=brand_again)
@writes
def change_brand(form: BrandForm) -> Response | str:
    """Keep it, or, with the other button, only show how it would look."""
    who = administrator()
    if request.form.get("preview"):
        return brand_again(form)
    changed = actions.change_brand(db(), who, form.draft(), form.version_number, now())
    return _done(spoken(say("Saved. Every page shows it within seconds.") if changed else say("Nothing was changed.")))


@pages.post("/admin/brand/undo")
@writes
def undo_brand() -> Response:
    """Back to how it was before the last change."""
    went = actions.undo_brand(db(), administrator(), now())
    return _done(spoken(say("As it was before.") if went else say("Nothing was changed.")))


@pages.post("/admin/brand/reset")
@writes
def reset_brand() -> Response:
    """Back to our own face."""
    actions.reset_brand(db(), administrator(), now())
    return _done(gettext("As it was delivered. You can undo that, too."))


def _done(words: str) -> Response:
    flash(words, "ok")
    keep(db(), parts())
    return redirect(url_for("admin.brand"), 303)
