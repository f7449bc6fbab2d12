"""What the start page of those who run the site shows first: whatever needs a person, and what that person can do."""

import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from flask import url_for
from sqlalchemy.orm import Session

from config import Settings
from forum.base.backlog import Backlog, find_lag
from forum.base.parts import Parts
from forum.base.words import Sentence, say, say_many
from forum.search.reactions import CHANNEL
from forum.web.health import is_loopback

#: What is due is done within seconds; so much later somebody has to look.
LATE = timedelta(minutes=10)

#: With less than this the database may stop in the middle of a day.
LEAST_FREE_BYTES = 1_000_000_000

GIGABYTE = 1_000_000_000


@dataclass(frozen=True)
class Worry:
    """One thing that needs a person; `kind` is "bad" for what is broken, "warn" for what will be."""

    kind: str
    title: Sentence
    text: Sentence
    url: str = ""
    link: Sentence | str = ""


def find_worries(session: Session, parts: Parts, backlog: Backlog, now: datetime) -> list[Worry]:
    """The worst first; on a good day there is none."""
    found = (
        _given_up(backlog),
        _courier_late(backlog, now),
        _index_damaged(parts),
        _index_late(session, now),
        _disk_full(parts.settings),
        _mail_in_folder(parts.settings),
        _not_safe(parts.settings),
    )
    return [worry for worry in found if worry is not None]


def _given_up(backlog: Backlog) -> Worry | None:
    if not backlog.dead:
        return None
    return Worry(
        "bad",
        say_many("%(num)d job was given up", "%(num)d jobs were given up", backlog.dead),
        say("They failed for half a day."),
        url_for("admin.jobs"),
        say("Look why, mend it, and send them again"),
    )


def _courier_late(backlog: Backlog, now: datetime) -> Worry | None:
    oldest = backlog.oldest_waiting_at
    if oldest is None or now - oldest < LATE:
        return None
    return Worry(
        "bad",
        say("Work is left lying"),
        say("The oldest job has waited for more than ten minutes. Is a courier running, and do jobs fail?"),
        url_for("admin.jobs", state="waiting"),
        say("See what waits"),
    )


def _index_damaged(parts: Parts) -> Worry | None:
    if parts.index.needs_rebuild() is None:
        return None
    return Worry(
        "bad",
        say("The search index cannot be used"),
        say("Only titles are searched. A courier makes a new index when it starts; the command “reindex” does it now."),
    )


def _index_late(session: Session, now: datetime) -> Worry | None:
    number, since = find_lag(session, CHANNEL)
    if since is None or now - since < LATE:
        return None
    return Worry(
        "warn",
        say("The search is behind"),
        say_many("It does not know %(num)d change yet.", "It does not know %(num)d changes yet.", number),
    )


def _disk_full(settings: Settings) -> Worry | None:
    try:
        free = shutil.disk_usage(settings.data).free
    except OSError:
        return None
    if free >= LEAST_FREE_BYTES:
        return None
    return Worry(
        "bad",
        say("The disk is nearly full"),
        say(
            "%(number)s GB are free where the data is. Make room before nothing can be saved.",
            number=f"{free / GIGABYTE:.1f}",
        ),
    )


def _mail_in_folder(settings: Settings) -> Worry | None:
    if settings.mail_out.startswith("smtp"):
        return None
    if settings.mail_folder is not None:
        return Worry(
            "warn",
            say("No mail is sent"),
            say(
                "They are written to the folder %(folder)s, where you can open them while you try this site out. Set SPORTELLO_MAIL_OUT to your mail server before others come.",
                folder=str(settings.mail_folder),
            ),
        )
    return Worry(
        "warn",
        say("No mail is sent"),
        say(
            "Nobody gets a link to confirm an address or to choose a new password. Set SPORTELLO_MAIL_OUT to your mail server."
        ),
    )


def _not_safe(settings: Settings) -> Worry | None:
    address = urlsplit(settings.base_url)
    if address.scheme == "https" or is_loopback(address.hostname or ""):
        return None
    return Worry(
        "warn",
        say("Pages are not sent by https"),
        say(
            "Passwords can be read on their way. Put a proxy with a certificate in front and set SPORTELLO_BASE_URL to its address."
        ),
    )
