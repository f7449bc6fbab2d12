"""The docs lead somewhere: every link to a file of ours, and every module they tell to run, exists."""

import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])

#: More than this makes a clone slow for everybody.
PICTURE_BYTES = 150_000


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_and_every_module_named_exists(page: Path) -> None:
    text = page.read_text("utf-8")
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", text)
    missing = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    modules = {name for name in re.findall(r"python -m ([\w.]+)", text) if "." in name}
    assert missing + [name for name in modules if importlib.util.find_spec(name) is None] == []


def test_every_capability_has_its_page_and_every_page_is_on_the_map() -> None:
    listed = (ROOT / "docs" / "map.md").read_text("utf-8")
    pages = {path.name for path in (ROOT / "docs").glob("*.md")} - {"map.md", "settings.md", "role-matrix.md"}
    assert [name for name in sorted(pages) if name not in listed] == []


def test_every_decision_is_listed() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = (folder / "README.md").read_text("utf-8")
    assert [path.name for path in folder.glob("*.md") if path.name != "README.md" and path.name not in listed] == []


def test_pictures_are_small_and_used() -> None:
    pictures = list((ROOT / "docs" / "screenshots").glob("*.png"))
    assert pictures
    assert {path.name for path in pictures if path.stat().st_size > PICTURE_BYTES} == set()
    told = "".join(page.read_text("utf-8") for page in PAGES)
    assert {path.name for path in pictures if path.name not in told} == set()
