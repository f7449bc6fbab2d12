"""The embedded database is its owner's alone, whoever made the folder around it."""

from pathlib import Path

from forum.base.db import make_engine


def test_nobody_else_can_read_the_file_even_in_an_open_folder(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    engine = make_engine(f"sqlite:///{tmp_path / 'new.sqlite'}")
    with engine.execution_options(writes=True).begin() as connection:
        connection.exec_driver_sql("CREATE TABLE x (y)")
        modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    engine.dispose()
    assert modes == {"new.sqlite": 0o600, "new.sqlite-wal": 0o600, "new.sqlite-shm": 0o600}
