"""Reading the log of staff, narrowing it down, and taking it away."""

import csv
import io
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forum.accounts import staff_log
from forum.accounts.actions import log_staff_act
from forum.accounts.models import VISITOR, StaffAct, User
from forum.accounts.rules import may_export_log, may_read_log
from forum.accounts.staff_log import LogFilters, every_act
from forum.base.causes import Cause
from forum.base.sheets import safe_cell
from forum.questions import actions
from tests.builders import make_question
from tests.conftest import Browser
from tests.ground import made_once

Open = Callable[[User | None], Browser]
Cast = dict[str, User]

DAY = timedelta(days=1)
MARCH = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@made_once
def log(session: Session, cast: Cast) -> list[StaffAct]:
    """Four acts on three days: on texts by Mia and Ada, on a contact by Aldo, at the terminal."""
    question = make_question(session, cast["anna"])
    actions.hide_question(session, cast["mia"], question, "It names Rosa.", MARCH)
    log_staff_act(session, cast["aldo"], "edit_contact", Cause("contact", 7), MARCH + DAY, after={"fields": ["zone"]})
    actions.restore_question(session, cast["ada"], question, MARCH + 2 * DAY, "It was another Rosa.")
    log_staff_act(session, None, "add_person", Cause("user", 3), MARCH + 2 * DAY, after={"roles": ["agent"]})
    session.commit()
    return list(session.scalars(select(StaffAct).order_by(StaffAct.id)))


@pytest.mark.parametrize(
    "who, reads, exports",
    [
        ("anna", False, False),
        ("elena", False, False),
        ("aldo", False, False),
        ("mia", True, False),
        ("ada", True, True),
    ],
)
def test_who_reads_and_who_exports(cast: Cast, who: str, reads: bool, exports: bool) -> None:
    assert bool(may_read_log(cast[who])) is reads
    assert bool(may_export_log(cast[who])) is exports
    assert not may_read_log(VISITOR)
    assert not may_export_log(VISITOR)


def words_of_acts(page: str) -> list[str]:
    """The first cell of each row, and what was done."""
    return re.findall(r'<tr><th scope="row">([^<]+)</th>\s*<td data-label="What">([^<]+)</td>', page)


@pytest.mark.parametrize(
    "query, found",
    [
        ("", 4),
        ("actor=mia", 1),
        ("actor=ada@example", 1),
        ("verb=edit_contact", 1),
        ("kind=question", 2),
        ("kind=contact&number=7", 1),
        ("kind=contact&number=%238", 0),
        ("number=nonsense", 4),
        ("since=2026-03-03", 3),
        ("until=2026-03-03", 2),
        ("since=2026-03-03&until=2026-03-03", 1),
        ("since=yesterday&until=9999-12-31", 4),
        ("since=0001-01-01", 4),
        ("since=%00", 4),
    ],
)
def test_the_log_is_narrowed_down(browser: Open, cast: Cast, log: list[StaffAct], query: str, found: int) -> None:
    page = browser(cast["ada"]).get(f"/admin/log?{query}")
    assert page.status_code == 200
    assert len(words_of_acts(page.text)) == found


def test_the_log_says_before_and_after_in_words(browser: Open, cast: Cast, log: list[StaffAct]) -> None:
    page = browser(cast["ada"]).get("/admin/log").text
    assert "State: In sight" in page
    assert "Why: It names Rosa." in page
    assert "It was another Rosa." in page
    assert "at the terminal" in page


def test_moderators_see_what_was_done_to_texts_and_nothing_else(browser: Open, cast: Cast, log: list[StaffAct]) -> None:
    mia_sees = browser(cast["mia"])
    page = mia_sees.get("/admin/log").text
    assert [verb for _, verb in words_of_acts(page)] == ["showed again", "hid"]
    assert "contact 7" not in page
    assert "edit_contact" not in page
    assert 'href="/admin"' not in page
    assert words_of_acts(mia_sees.get("/admin/log?kind=contact&number=7").text) == []
    assert words_of_acts(mia_sees.get("/admin/log?actor=aldo").text) == []
    for path in ("/admin/log.csv", "/admin/log.jsonl"):
        assert mia_sees.get(path).status_code == 403
        assert path not in page


def test_long_logs_go_on_by_key(session: Session, browser: Open, cast: Cast) -> None:
    for number in range(1, 61):
        log_staff_act(session, cast["ada"], "hide_answer", Cause("answer", number), MARCH)
    session.commit()
    ada_sees = browser(cast["ada"])
    seen: list[str] = []
    path: str | None = "/admin/log?verb=hide_answer"
    while path:
        page = ada_sees.get(path).text
        seen += re.findall(r">answer (\d+)<", page)
        following = re.search(r'href="(/admin/log\?[^"]*cursor=[^"]+)"', page)
        path = following[1].replace("&amp;", "&") if following else None
    assert seen == [str(number) for number in range(60, 0, -1)]
    assert ada_sees.get("/admin/log?cursor=nonsense").status_code == 422


def test_the_log_is_exported_as_it_is_filtered(browser: Open, cast: Cast, log: list[StaffAct]) -> None:
    ada_sees = browser(cast["ada"])
    answer = ada_sees.get("/admin/log.jsonl?kind=question")
    assert answer.mimetype == "application/x-ndjson"
    assert re.search(r'attachment; filename="staff-log-[\d-]{10}\.jsonl"', answer.headers["Content-Disposition"])
    assert answer.headers["Cache-Control"] == "private, no-store"
    rows = [json.loads(line) for line in answer.text.splitlines()]
    assert [(row["actor"], row["verb"], row["why"]) for row in rows] == [
        ("Mia", "hide_question", "It names Rosa."),
        ("Ada", "restore_question", "It was another Rosa."),
    ]
    assert rows[0]["at"] == "2026-03-02T12:00:00Z"
    assert rows[0]["before"] == {"state": "shown"}
    assert rows[0]["after"] == {"state": "hidden", "hidden_why": "It names Rosa."}
    table = list(csv.reader(io.StringIO(ada_sees.get("/admin/log.csv").text)))
    assert len(table) == 5
    assert table[0][:5] == ["id", "at", "actor_id", "actor", "verb"]
    assert json.loads(table[1][8]) == rows[0]["after"]


def test_no_cell_of_the_export_is_a_formula(session: Session, browser: Open, cast: Cast) -> None:
    evil = ['=HYPERLINK("http://evil.example","click")', "+1+1", "-1+1", "@SUM(1)", "\t=1", " =1", "\uff1d1"]
    for number, why in enumerate(evil, 1):
        log_staff_act(session, cast["ada"], "hide_answer", Cause("answer", number), MARCH, why=why)
    cast["ada"].name = "=cmd|' /C calc'!A0"
    session.commit()
    rows = list(csv.reader(io.StringIO(browser(cast["ada"]).get("/admin/log.csv").text)))[1:]
    assert len(rows) == len(evil)
    for row in rows:
        for cell in row:
            assert not cell.lstrip(" \t\r\n").startswith(("=", "+", "-", "@", "\uff1d")), cell
    assert [row[9].removeprefix("'") for row in rows] == evil
    assert safe_cell(None) == ""
    assert safe_cell("5 - 3 = 2") == "5 - 3 = 2"


def test_the_export_is_read_in_steps_and_named_as_people_are_called_today(
    session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch, count_queries: Any
) -> None:
    monkeypatch.setattr(staff_log, "EXPORT_STEP", 10)
    for number in range(1, 26):
        log_staff_act(session, cast["mia"], "hide_answer", Cause("answer", number), MARCH)
    cast["mia"].name = "Somebody who left"
    session.commit()
    with count_queries() as queries:
        acts = [(act.target_id, act.actor.name) for act in every_act(session, cast["ada"], LogFilters()) if act.actor]
    assert acts == [(number, "Somebody who left") for number in range(1, 26)]
    assert len(queries) <= 4
    assert session.scalar(select(func.count()).select_from(StaffAct)) == 25
