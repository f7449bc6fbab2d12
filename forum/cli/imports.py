"""Bring in what others hold: a community, contacts."""

import sys
from contextlib import AbstractContextManager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click

from forum.base.clock import utc_now

#: A line in a pipe every so many parts of the whole.
LINES = 10

#: Commands of the group that live with their capability.
ELSEWHERE = {"contacts": "forum.cli.contacts:import_contacts_command"}


class Imports(click.Group):
    """Finds the commands that live elsewhere when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        there = [name for name, place in ELSEWHERE.items() if find_spec(place.split(":")[0]) is not None]
        return sorted([*super().list_commands(ctx), *there])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        place = ELSEWHERE.get(cmd_name)
        if place is None or cmd_name not in self.list_commands(ctx):
            return super().get_command(ctx, cmd_name)
        module, name = place.split(":")
        command = getattr(import_module(module), name)
        assert isinstance(command, click.Command)  # noqa: S101
        return command


@click.group("import", cls=Imports)
def import_() -> None:
    """Bring in a community or contacts from elsewhere."""


@import_.command("stackexchange")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--site", default="", metavar="HOST", help="Where the dump is from, if its texts do not say.")
@click.option("--dry-run", is_flag=True, help="Say what would happen, and write nothing.")
@click.pass_context
def stackexchange(context: click.Context, folder: Path, site: str, dry_run: bool) -> None:
    """Bring in the Stack Exchange data dump in FOLDER; can be run again, and continues where it was stopped."""
    from forum.transfer.stackexchange.bringing import OtherSource, bring_in
    from forum.transfer.stackexchange.dump import NotADump, find_dump
    from forum.transfer.stackexchange.origins import is_host

    if site and not is_host(site.lower()):
        raise click.UsageError("--site takes the name of a host, such as gadgets.stackexchange.com.")
    try:
        find_dump(folder)
        parts = context.obj()
        reports = parts.settings.data / "reports"
        with Told() as progress:
            report, path = bring_in(parts.store, folder, reports, utc_now, progress, site=site.lower(), dry_run=dry_run)
    except (NotADump, OtherSource) as refused:
        raise click.ClickException(f"{refused} Nothing was imported.") from refused
    if path is None:
        click.echo(report.as_text())
    else:
        click.echo(f"The report is in {path}")
    if not report.is_complete:
        click.echo(report.summary())
        raise click.ClickException(f"The totals do not agree with the dump; see {path}.")
    click.echo(report.summary())


class Told:
    """Says how far something is: a bar on a terminal, a line now and then in a pipe."""

    def __init__(self) -> None:
        self._bar: AbstractContextManager[Any] | None = None

    def __enter__(self) -> "Told":
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def __call__(self, label: str, total: int) -> Any:
        self._close()
        if sys.stderr.isatty():
            bar = click.progressbar(length=total, label=label, file=sys.stderr)
            self._bar = bar
            return bar.__enter__().update
        return Lines(label, total).step

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.__exit__(None, None, None)
            self._bar = None


class Lines:
    """One line for each tenth of the work."""

    def __init__(self, label: str, total: int) -> None:
        self.label = label
        self.total = total
        self.done = 0
        self.said = 0

    def step(self, count: int) -> None:
        self.done += count
        part = self.done * LINES // max(self.total, 1)
        if part > self.said:
            self.said = part
            click.echo(f"{self.label}: {self.done} of {self.total}", err=True)
