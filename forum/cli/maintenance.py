"""Close the pages for a while, and open them again: `maintenance on` and `maintenance off`."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import click

import config
from config import Settings
from forum.base.clock import utc_now
from forum.base.texts import clean_line
from forum.web.maintenance import WORDS_LENGTH, Closing, close_pages, find_closing, open_pages


@click.group(invoke_without_command=True)
@click.pass_context
def maintenance(context: click.Context) -> None:
    """Close the pages for a while; without `on` or `off`, say whether they are closed."""
    if context.invoked_subcommand is None:
        closing = find_closing(config.load().data)
        click.echo("The pages are open." if closing is None else f"The pages are closed since {closing.since}.")


@maintenance.command("on")
@click.option("--until", help="When you expect to be back: 18:30, or 2026-03-02 18:30, on the clock of TIMEZONE.")
@click.option("--words", default="", help="A sentence of your own for people.")
def close(until: str | None, words: str) -> None:
    """Answer every page with 503 and say why; takes effect within a second, and outlives a restart."""
    chosen, now = config.load(), utc_now()
    ends_at = None if until is None else read_moment(until, now, chosen.timezone)
    said = clean_line(words)
    if len(said) > WORDS_LENGTH:
        raise click.UsageError(f"--words has at most {WORDS_LENGTH} characters.")
    close_pages(chosen.data, Closing(now.isoformat(), None if ends_at is None else ends_at.isoformat(), said))
    click.echo("The pages are closed. Open them with: sportello maintenance off")


@maintenance.command("off")
def reopen() -> None:
    """Open the pages again."""
    was_closed = open_pages(config.load().data)
    click.echo("The pages are open again." if was_closed else "The pages were open.")


def read_moment(text: str, now: datetime, timezone: str) -> datetime:
    """A time of today, or of tomorrow if it has passed, or a day and a time; raises UsageError for anything else."""
    zone = ZoneInfo(timezone)
    try:
        if len(text) <= 5:
            found = datetime.combine(now.astimezone(zone).date(), time.fromisoformat(text), zone)
            return (found if found > now else found + timedelta(days=1)).astimezone(UTC)
        found = datetime.fromisoformat(text)
    except ValueError as wrong:
        raise click.UsageError(
            "--until is a time such as 18:30, or a day and time such as 2026-03-02 18:30."
        ) from wrong
    found = found if found.tzinfo is not None else found.replace(tzinfo=zone)
    if found <= now:
        raise click.UsageError("--until has passed already.")
    return found.astimezone(UTC)


@contextmanager
def closed_meanwhile(settings: Settings) -> Iterator[None]:
    """Close the pages of what serves from this folder while a command works; what the operator closed stays closed."""
    data: Path = settings.data
    closed_here = find_closing(data) is None
    if closed_here:
        close_pages(data, Closing(utc_now().isoformat(), by="command"))
    try:
        yield
    finally:
        if closed_here:
            open_pages(data)
