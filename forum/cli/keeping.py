"""Keep an installation, and come back to it: `backup` and `restore`."""

import time
from pathlib import Path

import click

import config
from forum.base.clock import utc_now
from forum.cli.imports import Told


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Replace FILE if it exists.")
def backup(file: Path, force: bool) -> None:
    """Write everything to FILE, while serving goes on, and check it by restoring it into a scratch place."""
    from forum.transfer.backup.making import CannotBackUp, make_backup

    chosen = config.load()
    begun = time.monotonic()
    try:
        with Told() as progress:
            made = make_backup(chosen, file.absolute(), utc_now(), progress, force=force)
    except CannotBackUp as refused:
        raise click.ClickException(str(refused)) from refused
    manifest = made.manifest
    click.echo(
        f"{file}: {manifest.rows} rows in {len(manifest.tables)} tables, {len(manifest.files)} files, "
        f"{made.bytes / 1e6:.1f} MB, restored for a check and found the same, in {time.monotonic() - begun:.1f} s."
    )
    if manifest.secret == "setting" and chosen.secret_key:  # noqa: S105
        click.echo("The secret key is a setting (SPORTELLO_SECRET_KEY) and not in the backup; keep it too.", err=True)


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Put aside what is there.")
def restore(file: Path, force: bool) -> None:
    """Put everything back as FILE holds it; refuses while anything of Sportello runs."""
    from forum.transfer.backup.restoring import CannotRestore
    from forum.transfer.backup.restoring import restore as put_back

    chosen = config.load()
    try:
        with Told() as progress:
            done = put_back(chosen, file, utc_now(), progress, force=force)
    except CannotRestore as refused:
        raise click.ClickException(str(refused)) from refused
    manifest = done.manifest
    if done.aside:
        click.echo(f"What was here before is in {done.aside}; delete it when you are sure.")
    if done.mails_waiting:
        click.echo(f"{done.mails_waiting} mails waited when the backup was made and will be sent, maybe once more.")
    if manifest.secret == "setting" and not chosen.secret_key:  # noqa: S105
        click.echo("The secret key was a setting (SPORTELLO_SECRET_KEY); set the same, or links in old mails end.")
    click.echo(
        f"Restored {manifest.rows} rows and {len(manifest.files)} files as of {manifest.made_at}. Everybody signs in "
        "again; the search index is made anew at the next start."
    )
