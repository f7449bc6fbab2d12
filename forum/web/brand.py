"""The face of this site as every page shows it: known to each process, so that no page has to ask the database."""

import hashlib
import logging
import threading
from dataclasses import dataclass

from flask import Flask, Response, request
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from config import Settings
from forum.base.parts import Parts, parts
from forum.brand.colours import Shades, dark_shades, light_shades
from forum.brand.models import Brand
from forum.brand.queries import find_brand, newest_brand_id
from forum.web.frame import Site

log = logging.getLogger(__name__)

#: A change made through one process is seen by the others within so many seconds.
LOOK_SECONDS = 2.0

#: Where a process keeps what it knows.
KEY = "face"

FOREVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"

#: What follows the accent, and from which of its shades.
TOKENS = (("accent", "accent"), ("accent-ink", "ink"), ("accent-bg", "ground"), ("accent-press", "press"))


@dataclass(frozen=True)
class Face:
    """What pages need of a brand."""

    id: int = 0
    site_name: str = ""
    company: str = ""
    css: bytes = b""
    css_hash: str = ""
    logo: bytes = b""
    logo_type: str = ""
    logo_hash: str = ""

    def site(self, settings: Settings, languages: tuple[tuple[str, str], ...]) -> Site:
        """The site with this face."""
        return Site(
            self.site_name or settings.site_name,
            languages,
            logo=f"/brand/logo?v={self.logo_hash}" if self.logo else None,
            brand_css=f"/brand.css?v={self.css_hash}" if self.css else None,
            company=self.company,
        )


def face_of(brand: Brand) -> Face:
    """What follows from a saved state."""
    css = stylesheet(":root", brand.accent).encode() if brand.accent else b""
    return Face(
        id=brand.id or 0,
        site_name=brand.site_name,
        company=brand.company,
        css=css,
        css_hash=hashlib.sha256(css).hexdigest()[:16] if css else "",
        logo=brand.logo or b"",
        logo_type=brand.logo_type,
        logo_hash=brand.logo_hash,
    )


def stylesheet(place: str, accent: str) -> str:
    """The tokens that follow the accent, for one place of a page; after all layers, so that they win."""
    light, dark = light_shades(accent), dark_shades(accent)

    def declared(name: str, kind: str, both: bool) -> str:
        value = getattr(light, kind)
        return f"--{name}:{f'light-dark({value},{getattr(dark, kind)})' if both else value};"

    names = (*TOKENS, ("link", "accent"), ("c1", "accent"))
    plain = "".join(declared(name, kind, False) for name, kind in names)
    both = "".join(declared(name, kind, True) for name, kind in names)
    return f"{place}{{{plain}}}@supports (color:light-dark(#000,#fff)){{{place}{{{both}}}}}"


def shades_of(accent: str) -> tuple[Shades, Shades]:
    """In light and in the dark."""
    return light_shades(accent), dark_shades(accent)


def face() -> Face:
    """As this process knows it."""
    found = parts().store.context.get(KEY)
    return found if isinstance(found, Face) else Face()


def site_name() -> str:
    """What the site is called."""
    return face().site_name or parts().settings.site_name


def keep(session: Session, known: Parts) -> None:
    """Read it anew, after a change or at the start."""
    known.store.context[KEY] = face_of(find_brand(session))


def watch(known: Parts) -> None:
    """Look every other second, from a thread of its own, whether another process changed it."""
    look(known)
    threading.Thread(target=_watch, args=(known,), name="brand", daemon=True).start()


def _watch(known: Parts) -> None:
    pause = threading.Event()
    while not pause.wait(LOOK_SECONDS):
        look(known)


def look(known: Parts) -> None:
    """Read it anew if it changed meanwhile."""
    try:
        with known.store.reading() as session:
            found = known.store.context.get(KEY)
            if not isinstance(found, Face) or newest_brand_id(session) != found.id:
                keep(session, known)
    except SQLAlchemyError:
        log.warning("the brand could not be read; it is tried again", exc_info=True)


def install(app: Flask) -> None:
    """Put stylesheet and logo at their addresses."""

    @app.get("/brand.css")
    def brand_css() -> Response:
        return _sent(face().css, "text/css; charset=utf-8", face().css_hash)

    @app.get("/brand/logo")
    def brand_logo() -> Response:
        shown = face()
        if not shown.logo:
            raise NotFound
        return _sent(shown.logo, shown.logo_type, shown.logo_hash)


def _sent(content: bytes, content_type: str, name: str) -> Response:
    """Named as it is, it may be kept for good; under an older name it is as it is now, and asked for again."""
    is_named = bool(name) and request.args.get("v") == name
    response = Response(content, content_type=content_type)
    response.headers["Cache-Control"] = FOREVER if is_named else ASK_AGAIN
    if name:
        response.set_etag(name)
    response.make_conditional(request)
    return response
