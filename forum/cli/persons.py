"""Everything in open formats, and one person: `export`, `person export`, `person erase`."""

import os
from pathlib import Path

import click
from sqlalchemy.orm import Session

import config
from forum.accounts.emails import normalise_email
from forum.base.clock import utc_now
from forum.base.parts import Parts
from forum.cli.imports import Told
from forum.cli.people import parts_of


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
def export(folder: Path) -> None:
    """Write everything to FOLDER in open formats, without what lets anybody in."""
    from forum.transfer.exporting import CannotExport, export_everything

    try:
        with Told() as progress:
            written = export_everything(config.load(), folder.absolute(), utc_now(), progress)
    except CannotExport as refused:
        raise click.ClickException(str(refused)) from refused
    click.echo(f"{folder}: {sum(written.values())} rows in {len(written)} files; begin with README.md.")


@click.group()
def person() -> None:
    """What is kept about one person."""


@person.command("export")
@click.argument("email")
@click.argument("folder", type=click.Path(path_type=Path), required=False)
@click.pass_context
def export_person(context: click.Context, email: str, folder: Path | None) -> None:
    """Write all that is kept about the person with EMAIL to FOLDER (./person-NUMBER): person.json and person.html."""
    from forum.transfer.people.gathering import find_person, gather
    from forum.transfer.people.telling import as_json, as_page

    parts: Parts = parts_of(context)
    address, now = normalise_email(email), utc_now()
    with parts.store.reading() as session:
        found = find_person(session, address)
        if not found.is_known:
            raise click.ClickException(f"Nothing is kept about {address}.")
        rows = gather(session, found, for_themselves=False)
        language = found.user.language if found.user is not None else parts.settings.languages[0]
        number = found.user.id if found.user is not None else 0
    target = folder or Path(f"person-{number}" if number else "person")
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise click.ClickException(f"{target} exists and is not an empty folder.")
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    _write(target / "person.json", as_json(rows, now))
    _write(target / "person.html", as_page(rows, now, language, parts.settings.site_name))
    click.echo(f"{target}: {sum(map(len, rows.values()))} rows of {len(rows)} kinds.")


@person.command("erase")
@click.argument("email")
@click.option(
    "--posts",
    type=click.Choice(("keep", "remove")),
    default="keep",
    show_default=True,
    help="Texts stay under “former member”, or go too.",
)
@click.option("--contact", is_flag=True, help="Erase the contact in the CRM as well, and what was said in its tickets.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def erase_person(context: click.Context, email: str, posts: str, contact: bool, yes: bool) -> None:
    """Erase the person with EMAIL; what it means is said first. Running it again does no harm."""
    from forum.transfer.people import erasing
    from forum.transfer.people.gathering import find_person

    parts: Parts = parts_of(context)
    address = normalise_email(email)
    wish = erasing.Wish(posts_removed=posts == "remove", with_contact=contact)
    with parts.store.reading() as session:
        found = find_person(session, address)
        counts = erasing.count_what_goes(session, found, wish)
        is_member, contact_count = found.user is not None, len(found.contacts)
    if not (is_member or found.sign_ups or (contact and contact_count)):
        gone = erasing.forget_mail_files(parts.settings.mail_folder, address)
        click.echo(
            f"Nothing is kept about {address} that would be erased{f'; {gone} mails as files went' if gone else ''}."
        )
        return
    click.echo(f"Erasing {address} cannot be undone. It means:")
    for name, count in counts.items():
        click.echo(f"  {count:6} {name.replace('_', ' ')}")
    if contact_count and not contact:
        click.echo(f"  The contact in the CRM stays, without its join ({contact_count}); --contact erases it too.")
    click.echo("Backups, copies and exports made before still hold the person; so may what others wrote about them.")
    if not yes:
        click.confirm("Erase?", abort=True)

    def work(session: Session) -> None:
        erasing.erase(session, find_person(session, address), wish, utc_now(), parts.settings.languages[0])

    parts.store.write(work)
    gone = erasing.forget_mail_files(parts.settings.mail_folder, address)
    click.echo(f"{address} is erased{f', with {gone} mails that were written as files' if gone else ''}.")


def _write(path: Path, text: str) -> None:
    """For the owner of the file alone."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
