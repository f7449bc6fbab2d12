"""How this counter looks now."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.brand.models import Brand


def find_brand(session: Session) -> Brand:
    """The newest state; one with nothing in it, and without an id, where nobody changed anything."""
    newest = session.scalar(select(Brand).order_by(Brand.id.desc()).limit(1))
    return newest if newest is not None else Brand(site_name="", company="", accent="", logo_type="", logo_hash="")


def newest_brand_id(session: Session) -> int:
    """What tells one state from the next; 0 where nobody changed anything."""
    return session.scalar(select(Brand.id).order_by(Brand.id.desc()).limit(1)) or 0


def site_name(session: Session, otherwise: str) -> str:
    """What this site is called; the name of the settings where nobody gave it another."""
    return find_brand(session).site_name or otherwise
