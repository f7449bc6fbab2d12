"""Whatever is searched while questions are hidden: nothing hidden is shown, and nothing fails."""

from pathlib import Path

import pytest

from tests.search.hiding import REINDEX_EVERY, SEARCHERS, play
from tests.stories.server import own_database


@pytest.mark.sweep
@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_nothing_hidden_is_shown_while_eight_search_and_one_writes(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str
) -> None:
    url = f"sqlite:///{tmp_path / 'forum.sqlite'}"
    if kind == "postgresql":
        url = own_database(request.getfixturevalue("postgresql_url"), "hiding")
    outcome = play(tmp_path, url, 8.0)
    assert outcome.wrong == []
    assert outcome.searches > SEARCHERS
    assert outcome.changes >= REINDEX_EVERY and outcome.rebuilt
