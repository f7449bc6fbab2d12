"""What must hold for every room of the house, also for those that are built tomorrow."""

import ast
import dataclasses
import importlib.util
import inspect
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from flask import Flask
from sqlalchemy import Engine
from sqlalchemy import inspect as look_at

import config
import forum
from config import Settings
from forum.base.db import make_engine
from forum.base.parts import Parts
from forum.cli import database

ROOT = Path(__file__).parents[1]
SAFE = {"GET", "HEAD", "OPTIONS"}

#: Unsafe routes that need no unit of work, each with its reason.
WRITES_NOTHING: dict[str, str] = {}

#: What nobody reacts to yet: said so that whoever needs it later finds it told.
NOBODY_LISTENS: dict[str, str] = {
    "ProfileChanged": "pages and hits show the name as it is in the database",
    "PersonMentioned": "for notices, which tell the person",
    "ContactAdded": "for connectors to other systems",
    "ContactParted": "for connectors to other systems",
    "MeTooChanged": "the count stands on the question; for notices",
    "FollowChanged": "lists ask the database; for notices",
    "RevisionRedacted": "earlier versions are in no index",
    "TagDescribed": "pages ask the database",
    "MergeUndone": "for connectors to other systems",
    "AnswerPromoted": "a draft is for editors, who see it in their list",
    "ArticleSaved": "readers still see what was published",
    "ReviewAsked": "editors see it in their list; for notices",
    "ArticleReturned": "for notices",
    "ArticleDiscarded": "it was never found by anybody",
    "QuestionGathered": "the page of a question asks for its article when it is drawn",
    "ArticleDoubted": "editors see it in their list; for notices",
    "ArticleRedacted": "earlier revisions are in no index",
    "SourceChanged": "worked out when read; for notices",
    "TextFlagged": "moderators see it in their list; for notices",
    "FlagWithdrawn": "the list is brought in line in the same act",
    "TextDecided": "whoever flagged it finds it among their flags; for notices",
    "DecisionUndone": "the text is as it was, and those who flagged it see that it waits; for notices",
    "TextMended": "moderators see it in their list; for notices",
    "TicketOpened": "for connectors to other systems",
    "TicketReplied": "for connectors to other systems",
    "TicketLinked": "standing and timelines are written in the same act; for connectors",
    "TicketUnlinked": "standing and timelines are written in the same act; for connectors",
    "TicketStatusChanged": "for connectors to other systems",
}


def modules(name: str) -> Iterator[ModuleType]:
    """All modules of that name in the packages of the forum."""
    for package in pkgutil.iter_modules(forum.__path__):
        path = f"forum.{package.name}.{name}"
        if package.ispkg and importlib.util.find_spec(path) is not None:
            yield importlib.import_module(path)


def test_every_unsafe_route_is_a_unit_of_work(app: Flask) -> None:
    naked = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if (rule.methods or set()) - SAFE and not getattr(app.view_functions[rule.endpoint], "is_writes", False)
    }
    assert naked == set(WRITES_NOTHING)


def test_no_safe_route_is_a_unit_of_work(app: Flask) -> None:
    writing = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if not (rule.methods or set()) - SAFE and getattr(app.view_functions[rule.endpoint], "is_writes", False)
    }
    assert not writing


def setting_names() -> list[str]:
    """The settings as `config.load` asks for them."""
    tree = ast.parse(inspect.getsource(config.load))
    return [
        str(call.args[0].value)
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id == "values"
        and isinstance(call.args[0], ast.Constant)
    ]


def test_every_setting_is_in_the_docs_and_the_docs_know_no_other() -> None:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    documented = re.findall(rf"^\| `{config.PREFIX}(\w+)` \|", page, re.MULTILINE)
    assert sorted(documented) == sorted(setting_names())


def test_every_setting_becomes_a_field() -> None:
    assert {name.lower() for name in setting_names()} == {field.name for field in dataclasses.fields(Settings)}


def test_nothing_but_config_reads_the_environment() -> None:
    readers = {
        str(path.relative_to(ROOT))
        for folder in ("forum", "search_index")
        for path in (ROOT / folder).rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(r"\bos\.(environ|getenv)\b", line) and "] = " not in line
    }
    assert not readers


def event_types() -> dict[str, type]:
    return {
        name: value
        for module in modules("events")
        for name, value in vars(module).items()
        if inspect.isclass(value) and value.__module__ == module.__name__
    }


def test_every_event_has_a_reaction_or_says_it_has_none(parts: Parts) -> None:
    heard = {subscriber.event_type.__name__ for subscriber in parts.subscriptions.subscribers.values()}
    assert set(event_types()) - heard == set(NOBODY_LISTENS)


def test_events_are_frozen_and_carry_only_plain_values() -> None:
    for name, event in event_types().items():
        assert dataclasses.is_dataclass(event), name
        assert event.__dataclass_params__.frozen, name  # type: ignore[attr-defined]
        for field in dataclasses.fields(event):
            assert str(field.type).replace(" ", "") in {
                "int", "str", "bool", "int|None", "str|None",
                "<class'int'>", "<class'str'>", "<class'bool'>",
            }, f"{name}.{field.name}"  # fmt: skip


def test_every_rule_is_in_a_table_of_a_test() -> None:
    rules = {
        name
        for module in modules("rules")
        for name, value in vars(module).items()
        if name.startswith("may_") and inspect.isfunction(value) and value.__module__ == module.__name__
    }
    told = "\n".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py") if path.name != "test_house.py"
    )
    assert rules
    assert not {rule for rule in rules if not re.search(rf"\b{rule}\b", told)}


def test_the_migrations_make_the_tables_of_the_models(tmp_path: Path) -> None:
    chosen = dataclasses.replace(Settings(), data=tmp_path, database_url=f"sqlite:///{tmp_path / 'fresh.sqlite'}")
    engine: Engine = make_engine(chosen.database_url)
    try:
        database.upgrade(engine, chosen)
        assert database._differences(engine) == []
        assert look_at(engine).get_table_names()
    finally:
        engine.dispose()


def test_every_python_file_can_be_read_in_one_go() -> None:
    too_long = {
        str(path.relative_to(ROOT)): length
        for folder in ("forum", "search_index")
        for path in (ROOT / folder).rglob("*.py")
        if "versions" not in path.parts and (length := len(path.read_text(encoding="utf-8").splitlines())) > 420
    }
    assert not too_long


@pytest.mark.parametrize("path", sorted((ROOT / "forum").rglob("*.py")), ids=lambda path: path.stem)
def test_every_module_says_what_is_in_it(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert "versions" in path.parts or not source.strip() or ast.get_docstring(ast.parse(source))
