"""What a check says, and how checks are run: each for a bounded time, none with a secret in its words."""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from config import Settings

OK, ADVICE, WRONG = "ok", "advice", "wrong"

#: A database or server that does not answer within this is as good as away.
PATIENCE = 10.0


@dataclass(frozen=True)
class Finding:
    """One line: how it is, and what to do about it."""

    part: str
    state: str
    text: str
    do: str = ""


Check = Callable[[Settings], Iterator[Finding]]


def run_checks(settings: Settings, checks: Sequence[tuple[str, Check]], patience: float = PATIENCE) -> list[Finding]:
    """All findings in order; a check that raises or takes too long is a finding too."""
    found: list[Finding] = []
    for part, check in checks:
        mine: list[Finding] = []
        worker = threading.Thread(target=_look, args=(part, check, settings, mine), daemon=True)
        worker.start()
        worker.join(patience)
        if worker.is_alive():
            mine = [
                *mine,
                Finding(
                    part, WRONG, f"There was no answer within {patience:.0f} seconds.", "Is it overloaded or cut off?"
                ),
            ]
        found.extend(mine)
    return [Finding(each.part, each.state, hushed(each.text, settings), hushed(each.do, settings)) for each in found]


def _look(part: str, check: Check, settings: Settings, found: list[Finding]) -> None:
    try:
        for finding in check(settings):
            found.append(finding)
    except Exception as error:  # whatever is wrong with an installation is what we are here to tell
        first = (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
        found.append(Finding(part, WRONG, f"It could not be looked at: {first}", "See the message."))


def secrets_of(settings: Settings) -> list[str]:
    """What must not be printed, as it stands in settings and as it would stand in messages."""
    found = {settings.secret_key}
    for url in (settings.database_url, settings.mail_out):
        password = urlsplit(url).password if "://" in url else None
        if password:
            found |= {password, unquote(password)}
    return sorted((each for each in found if len(each) > 2), key=len, reverse=True)


def hushed(text: str, settings: Settings) -> str:
    """The same without any secret of the settings."""
    for secret in secrets_of(settings):
        text = text.replace(secret, "***")
    return text
