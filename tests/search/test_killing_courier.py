"""The courier is killed while it writes the index: it opens, what was missed is carried again, and it agrees."""

from pathlib import Path

import pytest

from tests.search.killing_courier import play
from tests.stories.server import own_database

ROUNDS = 3


@pytest.mark.sweep
@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_an_index_whose_writer_was_killed_opens_and_agrees_again(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str
) -> None:
    url = f"sqlite:///{tmp_path / 'forum.sqlite'}"
    if kind == "postgresql":
        url = own_database(request.getfixturevalue("postgresql_url"), "killing")
    rounds = play(tmp_path, url, ROUNDS)
    assert all(each.was_sound for each in rounds)
    assert sum(each.differences for each in rounds) == 0
