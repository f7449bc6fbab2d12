"""The checks of what lies around the database: settings, files, mail, disk, clock, the address people type."""

import os
import shutil
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import make_url

from config import SECRET_KEY_MINIMUM, Settings
from forum.base.holding import Hold, InUse
from forum.cli.doctor.findings import ADVICE, OK, WRONG, Finding
from forum.notices.mail import Envelopes, SmtpMailer
from forum.transfer.backup.moves import JOURNAL
from forum.web.maintenance import find_closing

#: Less than this and a backup or a new index may not fit.
LEAST_FREE = 1_000_000_000
LEAST_SHARE = 0.05

#: When this was written; a clock that is behind it is wrong.
THE_PAST = datetime(2026, 1, 1, tzinfo=UTC)

LOOPBACK = ("127.0.0.1", "::1", "localhost")


def check_data(settings: Settings) -> Iterator[Finding]:
    """The folder, who can read it, and what state it was left in."""
    data = settings.data
    if not data.is_dir():
        yield Finding("data", WRONG, f"{data} does not exist.", "Start Sportello once, or set SPORTELLO_DATA.")
        return
    if not os.access(data, os.W_OK | os.X_OK):
        yield Finding(
            "data", WRONG, f"{data} cannot be written.", "Run as its owner, or give it to whoever runs Sportello."
        )
    elif _is_open(data):
        yield Finding("data", WRONG, f"Others on this machine can look into {data}.", f"chmod 700 {data}")
    else:
        yield Finding("data", OK, f"{data} is there and its owner's alone.")
    if (data / JOURNAL).exists():
        yield Finding(
            "data", WRONG, "A restore was interrupted.", "Start Sportello, which finishes it, or restore again."
        )
    if find_closing(data) is not None:
        yield Finding("data", ADVICE, "The pages are closed for maintenance.", "sportello maintenance off")
    try:
        Hold(data, alone=True).end()
        yield Finding("data", ADVICE, "Nothing serves from here now.", "Start it, if this is not on purpose.")
    except InUse:
        yield Finding("data", OK, "Sportello is at work here.")


def check_secret(settings: Settings) -> Iterator[Finding]:
    """The key, without ever saying it."""
    path = settings.data / "secret"
    if settings.secret_key:
        yield Finding("secret", OK, "The secret key is a setting; keep it with your backups.")
        return
    if not path.exists():
        yield Finding("secret", ADVICE, "There is no secret key yet.", "It is made at the first start.")
        return
    key = path.read_text(encoding="ascii", errors="replace").strip()
    if len(key) < SECRET_KEY_MINIMUM or len(set(key)) < 8:
        yield Finding(
            "secret",
            WRONG,
            f"The key in {path} can be guessed.",
            "Delete the file and start again: links in old mails end.",
        )
    elif _is_open(path):
        yield Finding("secret", WRONG, f"Others on this machine can read {path}.", f"chmod 600 {path}")
    else:
        yield Finding("secret", OK, "The secret key is long and its owner's alone.")


def check_address(settings: Settings) -> Iterator[Finding]:
    """What people type, and what stands between them and us."""
    host = urlsplit(settings.base_url).hostname or ""
    if host in LOOPBACK:
        yield Finding(
            "address",
            ADVICE,
            f"{settings.base_url} works on this machine alone.",
            "Set SPORTELLO_BASE_URL before others come.",
        )
        return
    if not settings.is_secure:
        yield Finding(
            "address",
            WRONG,
            f"{settings.base_url} is without encryption, so that passwords and cookies can be read on the way.",
            "Put a proxy with TLS in front and set SPORTELLO_BASE_URL=https://…",
        )
    elif settings.trusted_proxies == 0:
        yield Finding(
            "address",
            WRONG,
            "People come by https, so through a proxy, and SPORTELLO_TRUSTED_PROXIES is 0: all seem to come from one "
            "place and use up each other's limits.",
            "Set SPORTELLO_TRUSTED_PROXIES to the number of proxies in front.",
        )
    else:
        yield Finding(
            "address", OK, f"{settings.base_url}, behind {settings.trusted_proxies} proxies; cookies are secure."
        )
    if settings.trusted_proxies and settings.host not in LOOPBACK:
        yield Finding(
            "address",
            ADVICE,
            f"Sportello listens on {settings.host}, where somebody may reach it past the proxy and claim any address.",
            "Listen on 127.0.0.1, or let only the proxy in.",
        )


def check_mail(settings: Settings) -> Iterator[Finding]:
    """Whether mails could leave; none is sent."""
    if settings.mail_out == "none":
        yield Finding(
            "mail",
            ADVICE,
            "Mails are dropped (MAIL_OUT=none): nobody can confirm an address.",
            "Set SPORTELLO_MAIL_OUT.",
        )
    elif settings.mail_folder is not None:
        folder = settings.mail_folder
        parent = folder if folder.exists() else folder.parent
        if not os.access(parent, os.W_OK | os.X_OK):
            yield Finding("mail", WRONG, f"Mails are written to {folder}, which cannot be written.", "Mend its rights.")
        else:
            yield Finding(
                "mail",
                ADVICE,
                f"Mails reach nobody: they are written to {folder}.",
                "Set SPORTELLO_MAIL_OUT to a mail server.",
            )
    else:
        mailer = SmtpMailer(settings.mail_out, Envelopes(settings.mail_from, settings.base_url))
        mailer.greet()
        how = "in the clear" if mailer.scheme == "smtp" and mailer.host not in LOOPBACK else "well"
        state = OK if how == "well" else ADVICE
        yield Finding(
            "mail", state, f"{mailer.host} answers, {how}.", "" if state == OK else "Use smtp+starttls:// or smtps://."
        )


def check_disk(settings: Settings) -> Iterator[Finding]:
    """Room for what grows, where it grows."""
    places = {settings.data}
    if settings.is_sqlite:
        places.add(Path(str(make_url(settings.database_url).database)).absolute().parent)
    for place in sorted(each for each in places if each.is_dir()):
        usage = shutil.disk_usage(place)
        said = f"{usage.free / 1e9:.1f} GB are free at {place}."
        if usage.free < LEAST_FREE or usage.free < usage.total * LEAST_SHARE:
            yield Finding("disk", WRONG, said, "Make room: a full disk stops all writing.")
        else:
            yield Finding("disk", OK, said)


def check_clock(settings: Settings) -> Iterator[Finding]:
    """A wrong clock ends sessions and links at once, or never."""
    now = datetime.now(UTC)
    if now < THE_PAST:
        yield Finding(
            "clock", WRONG, f"It is {now:%Y-%m-%d %H:%M} UTC here, which cannot be.", "Set the clock; use NTP."
        )
    else:
        yield Finding("clock", OK, f"It is {now:%Y-%m-%d %H:%M} UTC; days begin in {settings.timezone}.")


def _is_open(path: Path) -> bool:
    """Whether anybody but the owner may read it."""
    return bool(stat.S_IMODE(path.stat().st_mode) & 0o077)
