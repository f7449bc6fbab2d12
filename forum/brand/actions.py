"""Change the face of this counter, and go back to an earlier one."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from forum.accounts.actions import log_staff_act
from forum.accounts.models import User
from forum.accounts.rules import may_administer
from forum.base.causes import Cause
from forum.base.errors import Conflict, Invalid
from forum.base.verdicts import require
from forum.base.words import say
from forum.brand.colours import ENOUGH, least_contrast, nearest_readable, read_colour
from forum.brand.models import Brand
from forum.brand.pictures import Logo
from forum.brand.queries import find_brand

#: So many steps can be taken back.
KEPT = 10

CHANGE = "change_brand"


@dataclass(frozen=True)
class Draft:
    """What was chosen. Without a new logo the old one stays, unless it is to go."""

    site_name: str = ""
    company: str = ""
    accent: str = ""
    logo: Logo | None = None
    drops_logo: bool = False


def change_brand(session: Session, actor: User, draft: Draft, version: int, now: datetime) -> bool:
    """Show another face from now on, and say whether it is another; raises Invalid for a colour nobody can read.

    Raises Conflict when somebody else changed it meanwhile; `version` is the id of the state that was seen.
    """
    require(may_administer(actor))
    current = find_brand(session)
    after = Brand(
        site_name=draft.site_name,
        company=draft.company,
        accent=check_accent(draft.accent) if draft.accent.strip() else "",
        logo=None if draft.drops_logo else current.logo,
        logo_type="" if draft.drops_logo else current.logo_type,
        logo_hash="" if draft.drops_logo else current.logo_hash,
        changed_by_id=actor.id,
        at=now,
    )
    if draft.logo is not None:
        after.logo, after.logo_type = draft.logo.content, draft.logo.mimetype
        after.logo_hash = hashlib.sha256(draft.logo.content).hexdigest()[:16]
    if _told(after) == _told(current):
        return False
    if version != (current.id or 0):
        raise Conflict(say("Somebody else changed this meanwhile. Look at it again before you save."))
    session.add(after)
    session.flush()
    log_staff_act(session, actor, CHANGE, Cause.of(after), now, before=_told(current), after=_told(after))
    earlier = session.scalars(select(Brand.id).order_by(Brand.id.desc()).offset(KEPT)).all()
    if earlier:
        session.execute(delete(Brand).where(Brand.id.in_(earlier)))
    return True


def undo_brand(session: Session, actor: User, now: datetime) -> bool:
    """Go back to the face before this one, the first of all being our own; say whether there was one."""
    require(may_administer(actor))
    newest = session.scalar(select(Brand).order_by(Brand.id.desc()).limit(1))
    if newest is None:
        return False
    cause, before = Cause.of(newest), _told(newest)
    session.delete(newest)
    session.flush()
    log_staff_act(session, actor, "undo_brand", cause, now, before=before, after=_told(find_brand(session)))
    return True


def reset_brand(session: Session, actor: User, now: datetime) -> bool:
    """Show our own face again; that, too, can be taken back."""
    version = find_brand(session).id or 0
    return change_brand(session, actor, Draft(drops_logo=True), version, now)


def check_accent(text: str) -> str:
    """The colour as it is kept; raises Invalid, with the nearest one that will do, where text would be lost on it."""
    colour = read_colour(text)
    if colour is None:
        raise Invalid({"accent": say("Write the colour as # and six letters or digits, such as #0a5c66.")})
    found = least_contrast(colour)
    if found < ENOUGH:
        raise Invalid(
            {
                "accent": say(
                    "Text in this colour, or on it, reaches %(found)s to 1; it needs 4.5. The nearest that does: %(shade)s.",
                    found=f"{int(found * 10) / 10}",
                    shade=nearest_readable(colour),
                )
            }
        )
    return colour


def _told(brand: Brand) -> dict[str, Any]:
    return {
        "site_name": brand.site_name or "",
        "company": brand.company or "",
        "accent": brand.accent or "",
        "logo": brand.logo_hash or "",
    }
