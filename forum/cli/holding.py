"""A command that works on an installation says so, for as long as it runs."""

import click

from config import Settings
from forum.base.holding import Hold, InUse

#: Holds of this process; a lock ends when nobody has it open any more.
_holds: list[Hold] = []


def hold_data(settings: Settings) -> None:
    """Share the installation with other commands, after a restore that was interrupted has been finished."""
    from forum.transfer.backup.moves import JOURNAL, finish_interrupted

    try:
        if (settings.data / JOURNAL).exists():
            with Hold(settings.data, alone=True):
                if finish_interrupted(settings):
                    click.echo("A restore that was interrupted has been finished.", err=True)
                else:
                    click.echo("A restore was interrupted and changed nothing; run it again.", err=True)
        _holds.append(Hold(settings.data, alone=False))
    except InUse as taken:
        raise click.ClickException(f"A restore is at work on {taken}; wait until it is done.") from taken
