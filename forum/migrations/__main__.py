"""Write the next migration: `python -m forum.migrations "What it changes"`."""

import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.config import Config

from forum.base.db import make_engine


def write_next(message: str) -> None:
    """Compare the models with a database at the newest revision and write down the difference."""
    folder = Path(__file__).parent
    number = 1 + len(list((folder / "versions").glob("[0-9]*.py")))
    migrations = Config()
    migrations.set_main_option("script_location", str(folder))
    with tempfile.TemporaryDirectory() as scratch:
        engine = make_engine(f"sqlite:///{scratch}/empty.sqlite")
        with engine.execution_options(writes=True).begin() as connection:
            migrations.attributes["connection"] = connection
            command.upgrade(migrations, "head")
            command.revision(migrations, message=message, autogenerate=True, rev_id=f"{number:04}")
        engine.dispose()


if __name__ == "__main__":
    write_next(sys.argv[1])
