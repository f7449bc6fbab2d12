"""The command group: `serve` when nothing is named, and one sentence instead of a traceback when something is wrong."""

import json
import logging
import re
import sys
import warnings
from datetime import UTC, datetime
from functools import lru_cache
from importlib import import_module
from typing import Any

import click

import config
from config import Settings, WrongSetting
from forum import __version__
from forum.base.errors import DomainError, StoreBusy

#: Where each command is; loaded when called, so that the first page does not wait for the importers.
COMMANDS = {
    "serve": "forum.cli.serving:serve",
    "courier": "forum.cli.serving:courier",
    "db": "forum.cli.database:db",
    "user": "forum.cli.people:user",
    "token": "forum.cli.people:token",
    "import": "forum.cli.imports:import_",
    "reindex": "forum.cli.searching:reindex",
    "evaluate": "forum.cli.evaluating:evaluate_",
    "backup": "forum.cli.keeping:backup",
    "restore": "forum.cli.keeping:restore",
    "export": "forum.cli.persons:export",
    "person": "forum.cli.persons:person",
    "doctor": "forum.cli.doctor.command:doctor",
    "maintenance": "forum.cli.maintenance:maintenance",
}


class Commands(click.Group):
    """Finds commands by name, and serves when none is named."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        place = COMMANDS.get(cmd_name)
        if place is None:
            return None
        module, name = place.split(":")
        command = getattr(import_module(module), name)
        assert isinstance(command, click.Command)  # noqa: S101
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or (args[0].startswith("-") and args[0] not in ("--help", "-h", "--version")):
            args = ["serve", *args]
        return super().parse_args(ctx, args)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="sportello")
@click.pass_context
def sportello(context: click.Context) -> None:
    """Sportello: customers help each other, and what they find out stays found."""
    context.obj = load_parts


def settings() -> Settings:
    """The settings of this process, with the secret made if it is the first start."""
    return config.with_secret(config.load())


@lru_cache(maxsize=1)
def load_parts() -> Any:
    """The parts that a command works with, on a database whose schema is checked first."""
    from forum.app import create_parts
    from forum.cli.database import make_ready
    from forum.cli.holding import hold_data

    chosen = settings()
    hold_data(chosen)
    make_ready(chosen)
    return create_parts(chosen)


#: What could make one event look like two, or hide what follows, in a terminal or a file.
_CONTROLS = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")


class TextLines(logging.Formatter):
    """One line an event, whatever words of other people stand in it; only a traceback of ours has more."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        return _CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", super().formatMessage(record))


class JsonLines(logging.Formatter):
    """One JSON object a line, for programs that read logs."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "name": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def set_up_logging(chosen: Settings) -> None:
    """Log to stderr, one line an event."""
    handler = logging.StreamHandler(sys.stderr)
    if chosen.log_format == "json":
        handler.setFormatter(JsonLines())
    else:
        handler.setFormatter(TextLines("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=chosen.log_level, handlers=[handler])
    logging.getLogger("alembic").setLevel(max(logging.WARNING, logging.getLevelName(chosen.log_level)))


def main() -> None:
    """Run a command; exit 1 with one sentence for a refused input, 2 for wrong usage."""
    # Whoosh of 2016 is compiled on the first start, and today's Python has remarks about its spelling.
    warnings.filterwarnings("ignore", category=SyntaxWarning)
    try:
        sportello.main(standalone_mode=False)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except click.Abort:
        sys.exit(130)
    except click.UsageError as wrong:
        wrong.show()
        sys.exit(2)
    except click.ClickException as refused:
        click.echo(refused.format_message(), err=True)
        sys.exit(1)
    except (WrongSetting, DomainError) as refused:
        click.echo(str(refused), err=True)
        sys.exit(1)
    except StoreBusy:
        click.echo("The database is busy and did not take the change; nothing was done. Try again.", err=True)
        sys.exit(1)
