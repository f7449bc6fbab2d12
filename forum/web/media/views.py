"""Take pictures in, serve them to those who may see them, and list what somebody uploaded."""

import secrets
from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from markupsafe import escape
from werkzeug.wrappers import Response

from forum.base.errors import Invalid, NotFound
from forum.base.parts import parts
from forum.base.requests import db, forget_session, now, writes
from forum.base.texts import Unclean, clean_line
from forum.base.verdicts import require
from forum.base.words import Sentence, say
from forum.drafts.actions import NewerDraft, save_draft
from forum.drafts.models import Purpose
from forum.media import actions, rules
from forum.media.files import PictureFiles
from forum.media.looking import MOST_BYTES, NO_FILE, Size, look, refused
from forum.media.models import FAILED, READY, WAITING, Picture
from forum.media.queries import find_picture, list_pictures, posted_among
from forum.web.drafts.restoring import both_texts, place_of, sent_parts, sent_purpose, sent_version
from forum.web.errors import wants_json
from forum.web.language import gettext, language, spoken
from forum.web.media.seeing import is_public, may_see
from forum.web.people import SignInNeeded, actor, reader

pages = Blueprint("media", __name__)

#: The words for a picture that stand in its text.
ALT_LENGTH = 300

#: A picture runs nothing and loads nothing, whatever a browser takes it for.
POLICY = "default-src 'none'; sandbox"

STATE_WORDS: dict[str, Sentence] = {
    WAITING: say("The picture is being prepared. It shows in a moment."),
    READY: say("Ready"),
    FAILED: say("This picture could not be read, so nobody can see it. Save it again as JPEG or PNG and upload that."),
}


def files() -> PictureFiles:
    return PictureFiles(parts().settings.media_folder)


@pages.get("/media")
def my_pictures() -> str:
    """What the reader uploaded, with what became of it."""
    page = list_pictures(db(), actor(), request.args.get("after"))
    return render_template(
        "media/list.html",
        pictures=page.items,
        posted=posted_among(db(), page.items),
        words=STATE_WORDS,
        next_url=url_for("media.my_pictures", after=page.next) if page.next else None,
    )


@pages.post("/media")
def upload() -> Any:
    """Look at a picture and keep its file; then note it, and without script keep the form as a draft."""
    if not reader().is_signed_in:
        raise SignInNeeded
    require(rules.may_upload(reader()))
    forget_session()
    try:
        raw = _sent_file()
        size = look(raw)
    except Invalid as wrong:
        if wants_json():
            raise
        flash(spoken(next(iter(wrong.errors.values()))), "bad")
        return _note(None, None)
    token = secrets.token_hex(16)
    files().put_raw(token, raw)
    try:
        return _note(token, size)
    except NewerDraft as conflict:
        purpose = sent_purpose()
        assert purpose is not None  # noqa: S101
        return both_texts(purpose, sent_parts(purpose), conflict.draft)


upload.is_writes = True  # type: ignore[attr-defined]


def _sent_file() -> bytes:
    file = request.files.get("picture")
    if file is None:
        raise refused(NO_FILE)
    # One byte more than fits, so that what is too large is known without reading all of it.
    return file.stream.read(MOST_BYTES + 1)


@writes
def _note(token: str | None, size: Size | None) -> Response:
    """Note the picture; without script put it at the end of the text, which is kept as a draft."""
    picture = None
    if token is not None and size is not None:
        picture = actions.add_picture(db(), actor(), token, size, now())
    if wants_json() and picture is not None:
        return jsonify(
            id=picture.id,
            address=f"/media/{picture.id}",
            url=picture.path,
            width=picture.width,
            height=picture.height,
        )
    purpose = sent_purpose()
    if purpose is None:
        return redirect(url_for("media.my_pictures"), 303)
    _keep_with(purpose, picture)
    if picture is not None:
        flash(gettext("The picture stands at the end of your text. Move it to where it belongs."), "ok")
    return redirect(place_of(purpose), 303)


def _keep_with(purpose: Purpose, picture: Picture | None) -> None:
    written = sent_parts(purpose)
    if picture is not None:
        shown = f"![{_alt()}](/media/{picture.id})"
        written["text"] = f"{written['text'].rstrip()}\n\n{shown}\n".lstrip()
    save_draft(db(), actor(), purpose, written, sent_version(), now())


def _alt() -> str:
    """What the picture shows, for those who cannot see it; nothing in it may end the brackets."""
    try:
        words = clean_line(request.form.get("picture_alt", ""))[:ALT_LENGTH]
    except Unclean:
        words = ""
    return "".join(f"\\{letter}" if letter in "\\[]*_`<>@!" else letter for letter in words) or gettext("picture")


@pages.get("/media/<int:picture_id>")
def show_picture(picture_id: int) -> Any:
    """The short address that texts are written with: to the picture, or for a script what became of it."""
    picture = _visible(picture_id)
    if wants_json():
        return jsonify(state=picture.state, words=spoken(STATE_WORDS[picture.state]), url=picture.path)
    return redirect(picture.path, 302)


@pages.get("/media/<int:picture_id>/<name>")
def picture_file(picture_id: int, name: str) -> Response:
    """The picture; until it is made, one of the same size that says so."""
    picture = _visible(picture_id)
    paths = {picture.path: files().picture, picture.small_path: files().small}
    find = paths.get(request.path)
    if find is None:
        raise NotFound("picture")
    if not picture.is_ready:
        return _answer(_stand_in(picture), "image/svg+xml", "private, no-store")
    try:
        content = find(picture.token).read_bytes()
    except FileNotFoundError as gone:
        raise NotFound("picture") from gone
    # Not shared: a proxy would go on showing what was hidden. Its address never shows another picture.
    lasting = "private, max-age=31536000, immutable" if is_public(db(), picture) else "private, no-cache"
    response = _answer(content, "image/webp", lasting)
    response.set_etag(name.removesuffix(".webp"))
    return response.make_conditional(request)


def _answer(content: bytes, kind: str, lasting: str) -> Response:
    return Response(
        content,
        headers={
            "Content-Type": kind,
            "Cache-Control": lasting,
            "Content-Security-Policy": POLICY,
            "X-Content-Type-Options": "nosniff",
            "Vary": "Cookie",
        },
    )


def _stand_in(picture: Picture) -> bytes:
    """A drawing of the right size; it shows where the picture will be, or that there is none."""
    words = gettext("No picture") if picture.state == FAILED else gettext("One moment")
    width, height = picture.width, picture.height
    letters = max(8, min(width // 12, 40))
    drawing = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
        f' lang="{language()}"><rect width="100%" height="100%" fill="#7a8a94" fill-opacity=".18"/>'
        f'<text x="50%" y="50%" text-anchor="middle" dominant-baseline="middle" font-family="sans-serif"'
        f' font-size="{letters}" fill="#6b7a84">{escape(words)}</text></svg>'
    )
    return drawing.encode()


@pages.post("/media/<int:picture_id>/remove")
@writes
def remove_picture(picture_id: int) -> Response:
    picture = find_picture(db(), picture_id)
    if picture.uploader_id != actor().id:
        raise NotFound("picture")
    actions.remove_picture(db(), actor(), picture)
    flash(gettext("The picture is removed."), "ok")
    return redirect(url_for("media.my_pictures"), 303)


def _visible(picture_id: int) -> Picture:
    picture = find_picture(db(), picture_id)
    if not may_see(db(), reader(), picture):
        raise NotFound("picture")
    return picture
