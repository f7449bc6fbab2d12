"""The face of the site: chosen by an administrator, refused where nobody could read it, and taken back."""

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts.models import StaffAct, User
from forum.base.parts import Parts
from forum.brand.actions import KEPT
from forum.brand.models import Brand
from forum.web.brand import KEY, Face, look

Open = Callable[[User | None], Any]

BLUE = {"site_name": "Luci <aiuto>", "company": "Luci S.p.A.", "accent": "#1D4ED8"}


def version(session: Session) -> str:
    session.expire_all()
    return str(session.scalar(select(Brand.id).order_by(Brand.id.desc()).limit(1)) or 0)


def logo(colour: str = "teal") -> tuple[io.BytesIO, str]:
    kept = io.BytesIO()
    Image.new("RGB", (300, 100), colour).save(kept, "PNG")
    return io.BytesIO(kept.getvalue()), "logo.png"


@pytest.mark.parametrize("who", ["mia", "aldo", "anna"])
def test_only_administrators_choose(browser: Open, session: Session, cast: dict[str, User], who: str) -> None:
    page = browser(cast[who])
    for path in ("/admin/brand", "/admin/brand/preview.css?accent=1d4ed8"):
        assert page.get(path).status_code == 403
    for path in ("", "/undo", "/reset"):
        assert page.send(f"/admin/brand{path}", {**BLUE, "version": "0"}).status_code == 403
    assert session.scalars(select(Brand)).all() == []


def test_every_page_shows_it_and_it_can_be_taken_back(browser: Open, session: Session, ada: User) -> None:
    page, visitor = browser(ada), browser(None)
    before = visitor.get("/tags").text
    assert "/brand.css" not in before and "Sportello" in before
    assert visitor.get("/brand/logo").status_code == 404
    assert page.send("/admin/brand", {**BLUE, "version": "0", "logo": logo()}).status_code == 303
    shown = visitor.get("/tags").text
    assert "Tags · Luci &lt;aiuto&gt;</title>" in shown and "Luci S.p.A." in shown
    (css,) = re.findall(r'href="(/brand\.css\?v=[0-9a-f]{16})"', shown)
    sheet = visitor.get(css)
    assert sheet.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert sheet.mimetype == "text/css" and "--accent:light-dark(#1d4ed8,#" in sheet.text
    assert visitor.get("/brand.css?v=older").headers["Cache-Control"] == "no-cache"
    assert visitor.get(css, headers={"If-None-Match": sheet.headers["ETag"]}).status_code == 304
    (src,) = re.findall(r'<img src="(/brand/logo\?v=[0-9a-f]{16})"', shown)
    drawn = visitor.get(src)
    assert drawn.mimetype == "image/png" and Image.open(io.BytesIO(drawn.data)).size == (288, 96)
    assert drawn.headers["X-Content-Type-Options"] == "nosniff"
    act = session.scalars(select(StaffAct)).one()
    assert (act.verb, act.before["accent"], act.after["accent"]) == ("change_brand", "", "#1d4ed8")
    assert page.send("/admin/brand", {**BLUE, "version": version(session)}).status_code == 303
    assert len(session.scalars(select(StaffAct)).all()) == 1, "the logo stays, and nothing was changed"
    page.send("/admin/brand/reset")
    assert visitor.get("/tags").text == before
    page.send("/admin/brand/undo")
    assert visitor.get("/tags").text == shown
    page.send("/admin/brand/undo")
    assert visitor.get("/tags").text == before
    assert "Undo the last change" not in page.get("/admin/brand").text


@pytest.mark.parametrize(
    "form, sentence",
    [
        ({"accent": "#ffd000"}, "The nearest that does: #"),
        ({"accent": "red;} body{}"}, "such as #0a5c66"),
        ({"site_name": "x" * 61}, "at most 60 fit"),
        ({"logo": b"<svg/>"}, "not a picture we can read"),
        ({"logo": bytes(600_000)}, "too large"),
    ],
)
def test_what_is_refused(browser: Open, session: Session, ada: User, form: dict[str, Any], sentence: str) -> None:
    sent = {key: (io.BytesIO(value), "logo.png") if isinstance(value, bytes) else value for key, value in form.items()}
    answer = browser(ada).send("/admin/brand", {**BLUE, "version": "0", **sent})
    assert answer.status_code == 422 and sentence in answer.text
    assert session.scalars(select(Brand)).all() == []


def test_a_colour_is_seen_before_it_is_kept(browser: Open, session: Session, ada: User) -> None:
    page = browser(ada)
    answer = page.send("/admin/brand", {**BLUE, "version": "0", "preview": "1"})
    assert answer.status_code == 200 and "How #1d4ed8 would look" in answer.text
    (sheet,) = re.findall(r'href="(/admin/brand/preview\.css\?accent=[^"]+)"', answer.text)
    told = page.get(sheet)
    assert (
        told.text.startswith(".brand-preview{--accent:#1d4ed8;")
        and told.headers["Cache-Control"] == "private, no-store"
    )
    assert session.scalars(select(Brand)).all() == []
    hostile = page.get("/admin/brand/preview.css?accent=red;}body{display:none}").text
    assert "display" not in hostile


def test_two_administrators_meet(browser: Open, session: Session, ada: User) -> None:
    page = browser(ada)
    page.send("/admin/brand", {**BLUE, "version": "0"})
    assert page.send("/admin/brand", {**BLUE, "site_name": "Other", "version": "0"}).status_code == 409
    assert session.scalars(select(Brand.site_name)).all() == ["Luci <aiuto>"]


def test_earlier_faces_are_kept_for_a_while(browser: Open, session: Session, ada: User) -> None:
    page = browser(ada)
    for number in range(KEPT + 3):
        page.send("/admin/brand", {**BLUE, "site_name": f"Name {number}", "version": version(session)})
    assert len(session.scalars(select(Brand)).all()) == KEPT


def test_another_process_hears_of_it(browser: Open, session: Session, parts: Parts, ada: User, now: Any) -> None:
    session.add(Brand(site_name="Elsewhere", at=now))
    session.commit()
    assert "Elsewhere" not in browser(None).get("/tags").text
    look(parts)
    assert "Elsewhere" in browser(None).get("/tags").text
    assert isinstance(parts.store.context[KEY], Face)


def test_a_mail_is_signed_with_the_name(browser: Open, session: Session, ada: User, carry: Any, parts: Parts) -> None:
    browser(ada).send("/admin/brand", {**BLUE, "site_name": "Luci", "version": "0"})
    browser(None).send("/account/forgotten", {"email": "bruno@example.it"})
    carry()
    (mail,) = list((parts.settings.mail_folder or parts.settings.data).rglob("*.eml"))
    assert "Luci" in mail.read_text("utf-8")
