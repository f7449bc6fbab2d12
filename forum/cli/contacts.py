"""Bring contacts in from a file of another system."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from forum.base.clock import utc_now
from forum.base.words import say
from forum.contacts.models import OWN_SYSTEM
from forum.transfer.contact_files import MOST_BYTES, Remark, Source, UnreadableFile, read_contact_file
from forum.transfer.contact_import import Report, import_contacts
from forum.transfer.vcards import is_card_file, read_card_file


@click.command("contacts")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would happen and change nothing.")
@click.option("--system", default=OWN_SYSTEM, show_default=True, help="Whose ids the file holds.")
@click.option(
    "--report", "report_path", type=click.Path(dir_okay=False, path_type=Path), help="Where to say what was left out."
)
@click.pass_obj
def import_contacts_command(
    load_parts: Callable[[], Any], file: Path, dry_run: bool, system: str, report_path: Path | None
) -> None:
    """Bring in the contacts of FILE, CSV or vCards; running it again changes only what is new in it."""
    if not 0 < len(system) <= 40:
        raise click.UsageError("--system is a name of at most 40 characters.")
    read = _read(file)
    parts = load_parts()
    now = utc_now()
    with click.progressbar(length=read.row_count, label="Contacts") as bar:
        report = import_contacts(parts.store, read, now, system=system, dry_run=dry_run, progress=bar.update)
    target = report_path or parts.settings.data / "reports" / f"contacts-{now:%Y%m%dT%H%M%S}.csv"
    for name in read.unused:
        report.remark(Remark(0, name, say("Nothing is made of this.")))
    if report.remarks:
        _write_report(target, report)
        click.echo(f"What was left out, line by line, is in {target}.")
    if read.unused:
        kind = "Columns" if read.noun == "lines" else "Properties"
        click.echo(f"{kind} that were not used: {', '.join(read.unused)}.")
    would = "would be " if dry_run else ""
    click.echo(
        f"{report.row_count} {read.noun}: {report.new} {would}new, {report.changed} {would}changed, "
        f"{report.unchanged} as before, {report.left_out} left out."
    )


def _read(file: Path) -> Source:
    try:
        if file.stat().st_size > MOST_BYTES:
            raise UnreadableFile(say("The file is larger than %(most)d MB.", most=MOST_BYTES // 2**20))
        content = file.read_bytes()
        return read_card_file(content) if is_card_file(content, file.name) else read_contact_file(content)
    except UnreadableFile as refused:
        raise click.ClickException(f"{file.name}: {refused.reason}") from refused


def _write_report(path: Path, report: Report) -> None:
    """Line numbers and reasons, nothing of what the lines say about people."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("line", "column", "reason"))
        writer.writerows((remark.line or "", remark.column, str(remark.reason)) for remark in report.remarks)
