"""The log of what staff did: to read, to narrow down, and for administrators to take away as a file."""

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response as FlaskResponse
from flask import render_template, request, url_for

from forum.accounts import rules, staff_log
from forum.accounts.models import Reader, StaffAct
from forum.accounts.staff_log import LogFilters
from forum.base.parts import parts
from forum.base.requests import db, now
from forum.base.sheets import csv_lines
from forum.base.texts import Unclean, bounded_id
from forum.base.verdicts import require
from forum.web.admin.blueprint import asked, pages
from forum.web.admin.logged import TARGETS, described, target_kind_word, target_url, target_word, verb_word
from forum.web.people import actor

COLUMNS = ("id", "at", "actor_id", "actor", "verb", "target_kind", "target_id", "before", "after", "why")


@pages.get("/admin/log")
def staff_log_page() -> str:
    """Who of staff did what, when, and what it was like before."""
    who = actor()
    require(rules.may_read_log(who))
    filters = asked_filters()
    found = staff_log.list_staff_acts(db(), who, log_filters(filters), request.args.get("cursor"))
    kept: dict[str, Any] = {name: value for name, value in filters.items() if value}
    may_export = bool(rules.may_export_log(who))
    return render_template(
        "admin/log.html",
        acts=found.items,
        next_url=url_for("admin.staff_log_page", **kept, cursor=found.next) if found.next else None,
        filters=filters,
        is_filtered=bool(kept),
        verbs=staff_log.list_verbs(db(), who),
        kinds=[kind for kind in TARGETS if rules.may_administer(who) or kind in staff_log.TEXTS],
        verb_word=verb_word,
        kind_word=target_kind_word,
        target_word=target_word,
        target_url=target_url,
        described=described,
        csv_url=url_for("admin.export_log", ending="csv", **kept) if may_export else None,
        lines_url=url_for("admin.export_log", ending="jsonl", **kept) if may_export else None,
    )


@pages.get("/admin/log.<any(csv, jsonl):ending>")
def export_log(ending: str) -> FlaskResponse:
    """All that fits the filters, the oldest first, written out while it is read."""
    who = actor()
    require(rules.may_export_log(who))
    write = csv_file if ending == "csv" else json_lines
    answer = FlaskResponse(
        written(who, log_filters(asked_filters()), write),
        mimetype="text/csv" if ending == "csv" else "application/x-ndjson",
    )
    answer.headers["Content-Disposition"] = f'attachment; filename="staff-log-{now():%Y-%m-%d}.{ending}"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


Writer = Callable[[Iterable[dict[str, Any]]], Iterator[str]]


def written(who: Reader, filters: LogFilters, write: Writer) -> Iterator[bytes]:
    """The file, piece by piece; it has a session of its own, for the request's ends before the last piece is sent."""
    store = parts().store

    def stream() -> Iterator[bytes]:
        with store.reading() as session:
            for piece in write(plain(act) for act in staff_log.every_act(session, who, filters)):
                yield piece.encode()

    return stream()


def plain(act: StaffAct) -> dict[str, Any]:
    """A line of the log as it leaves the house; who it was is named as they are called today."""
    at = act.at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    name = act.actor.name if act.actor is not None else None
    values = (act.id, at, act.actor_id, name, act.verb, act.target_kind, act.target_id, act.before, act.after, act.why)
    return dict(zip(COLUMNS, values, strict=True))


def csv_file(acts: Iterable[dict[str, Any]]) -> Iterator[str]:
    """A table that a sheet can open without running anything in it."""

    def rows() -> Iterator[list[Any]]:
        yield list(COLUMNS)
        for act in acts:
            yield [json.dumps(each, ensure_ascii=False) if isinstance(each, dict) else each for each in act.values()]

    return csv_lines(rows())


def json_lines(acts: Iterable[dict[str, Any]]) -> Iterator[str]:
    """One object a line."""
    return (json.dumps(act, ensure_ascii=False) + "\n" for act in acts)


def asked_filters() -> dict[str, str]:
    """The filters as they were typed, cleaned."""
    return {
        "actor": asked("actor"),
        "verb": asked("verb", 40),
        "kind": asked("kind", 40),
        "number": asked("number", 20),
        "since": asked("since", 10),
        "until": asked("until", 10),
    }


def log_filters(filters: dict[str, str]) -> LogFilters:
    """What the filters mean; a day that is no day and a number that is no number are left out."""
    until = day_begins(filters["until"], after=True)
    return LogFilters(
        actor=filters["actor"],
        verb=filters["verb"],
        target_kind=filters["kind"],
        target_id=row_number(filters["number"]),
        since=day_begins(filters["since"]),
        until=until,
    )


def row_number(text: str) -> int | None:
    try:
        return bounded_id(text.lstrip("#")) if text else None
    except Unclean:
        return None


def day_begins(text: str, *, after: bool = False) -> datetime | None:
    """The first moment of a day on the site's clock, or `after` it, of the day that follows."""
    try:
        day = date.fromisoformat(text)
        begins = day + timedelta(days=1) if after else day
        return datetime.combine(begins, time(), ZoneInfo(parts().settings.timezone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
