"""`doctor`: one line for each part, exit 1 when something is wrong."""

import json
import sys
from dataclasses import asdict, replace

import click

import config
from config import WrongSetting
from forum.cli.doctor import checks, inside
from forum.cli.doctor.findings import OK, WRONG, Check, Finding, run_checks

CHECKS: tuple[tuple[str, Check], ...] = (
    ("data", checks.check_data),
    ("secret", checks.check_secret),
    ("database", inside.check_database),
    ("index", inside.check_index),
    ("outbox", inside.check_outbox),
    ("mail", checks.check_mail),
    ("disk", checks.check_disk),
    ("clock", checks.check_clock),
    ("address", checks.check_address),
)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def doctor(as_json: bool) -> None:
    """Say of each part whether it is well, and what to do if not; changes nothing."""
    try:
        settings = config.load()
        found = [Finding("settings", OK, "The settings can be read."), *run_checks(settings, CHECKS)]
    except WrongSetting as wrong:
        found = [Finding("settings", WRONG, str(wrong), "See docs/settings.md.")]
    found = [replace(each, text=one_line(each.text)) for each in found]
    if as_json:
        click.echo(json.dumps([asdict(each) for each in found], ensure_ascii=False, indent=1))
    else:
        for each in found:
            click.echo(f"{each.state:7} {each.part:9} {each.text}{f'  → {each.do}' if each.do else ''}")
        wrong_count = sum(each.state == WRONG for each in found)
        click.echo("Nothing is wrong." if not wrong_count else f"Wrong: {wrong_count}.")
    if any(each.state == WRONG for each in found):
        sys.exit(1)


def one_line(text: str) -> str:
    """What others say may have several lines."""
    return " ".join(text.split())
