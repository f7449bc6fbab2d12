"""What an import brought, and what it left out or changed and why, so that the totals can be added up."""

import json
import os
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

#: What must add up: in the dump = imported + left out.
TOTALS = (
    "questions",
    "answers",
    "comments",
    "accepted_answers",
    "up_votes",
    "down_votes",
    "authors",
    "related_links",
    "duplicate_links",
)

#: Enough to look at one's own dump and see what is meant.
FIRST_IDS = 10

CHANGED_HERE = "changed here since it was imported"
UNEXPLAINED = "missing without a reason"


@dataclass
class Tally:
    """How often, and the first few numbers of the source."""

    count: int = 0
    ids: list[str] = field(default_factory=list)

    def add(self, source_id: object, count: int = 1) -> None:
        self.count += count
        if len(self.ids) < FIRST_IDS:
            self.ids.append(str(source_id))


@dataclass
class Report:
    """Filled in on the way; `left_out` and `notes` are keyed by what and why."""

    folder: str
    source: str = ""
    host: str = ""
    dry_run: bool = False
    started_at: datetime | None = None
    finished_at: datetime | None = None
    files: dict[str, Any] = field(default_factory=dict)
    in_dump: Counter[str] = field(default_factory=Counter)
    imported: Counter[str] = field(default_factory=Counter)
    made: Counter[str] = field(default_factory=Counter)
    left_out: dict[tuple[str, str], Tally] = field(default_factory=dict)
    notes: dict[tuple[str, str], Tally] = field(default_factory=dict)
    originals: str = ""

    def leave_out(self, what: str, why: str, source_id: object, count: int = 1) -> None:
        self.left_out.setdefault((what, why), Tally()).add(source_id, count)

    def note(self, what: str, why: str, source_id: object, count: int = 1) -> None:
        self.notes.setdefault((what, why), Tally()).add(source_id, count)

    def left_out_of(self, what: str) -> int:
        return sum(tally.count for (about, _), tally in self.left_out.items() if about == what)

    def expected(self, what: str) -> int:
        return self.in_dump[what] - self.left_out_of(what)

    @property
    def is_complete(self) -> bool:
        """Whether every difference has a reason."""
        return not any(why == UNEXPLAINED for _, why in self.left_out)

    def as_json(self) -> dict[str, Any]:
        return {
            "source": self.source,
            "site": self.host,
            "folder": self.folder,
            "dry_run": self.dry_run,
            "started_at": self.started_at.isoformat() if self.started_at else None,
            "finished_at": self.finished_at.isoformat() if self.finished_at else None,
            "files": self.files,
            "in_dump": {what: self.in_dump[what] for what in TOTALS},
            "imported": {what: self.imported[what] for what in TOTALS},
            "made_now": {what: self.made[what] for what in sorted(self.made)},
            "left_out": _listed(self.left_out),
            "notes": _listed(self.notes),
            "originals": self.originals,
        }

    def as_text(self) -> str:
        """The same for people."""
        verb = "would be imported" if self.dry_run else "imported"
        lines = [f"Import of {self.source} from {self.folder}", ""]
        lines.append(f"{'':18}{'in the dump':>12}{'left out':>12}{verb:>20}")
        for what in TOTALS:
            lines.append(
                f"{_words(what):18}{self.in_dump[what]:>12}{self.left_out_of(what):>12}{self.imported[what]:>20}"
            )
        for title, tallies in (("Left out", self.left_out), ("To know", self.notes)):
            if tallies:
                lines += ["", f"{title}:"]
                lines += [
                    f"- {_words(what)}: {tally.count} {why} ({_ids(tally)})"
                    for (what, why), tally in sorted(tallies.items())
                ]
        if missing := self.files.get("missing"):
            lines += ["", f"Files that were not there: {', '.join(missing)}"]
        if others := self.files.get("not_read"):
            lines += ["", f"Files that were not read: {', '.join(others)}"]
        if self.originals:
            lines += ["", f"Texts that could not be kept as they were are in {self.originals}"]
        return "\n".join(lines) + "\n"

    def summary(self) -> str:
        """One line."""
        verb = "Would import" if self.dry_run else "Imported"
        counts = ", ".join(f"{self.imported[what]} {_words(what)}" for what in TOTALS[:6])
        left = sum(self.left_out_of(what) for what in TOTALS[:6])
        return f"{verb} from {self.source}: {counts}; {left} left out, each with its reason in the report."


def write_report(report: Report, folder: Path) -> Path:
    """Both forms, side by side, each complete or not there; gives the readable one."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = report_name(report)
    _write(folder / f"{name}.json", json.dumps(report.as_json(), indent=1, ensure_ascii=False) + "\n")
    _write(folder / f"{name}.txt", report.as_text())
    return folder / f"{name}.txt"


def report_name(report: Report) -> str:
    assert report.started_at is not None  # noqa: S101
    return f"stackexchange-{report.source}-{report.started_at:%Y%m%dT%H%M%S}"


def _write(path: Path, text: str) -> None:
    own = path.with_name(f".{path.name}.{os.getpid()}")
    own.write_text(text, encoding="utf-8")
    own.replace(path)


def _listed(tallies: dict[tuple[str, str], Tally]) -> list[dict[str, Any]]:
    return [
        {"what": what, "why": why, "count": tally.count, "first_ids": tally.ids}
        for (what, why), tally in sorted(tallies.items())
    ]


def _words(what: str) -> str:
    return what.replace("_", " ")


def _ids(tally: Tally) -> str:
    more = ", …" if tally.count > len(tally.ids) else ""
    return f"numbers {', '.join(tally.ids)}{more}" if len(tally.ids) > 1 else f"number {tally.ids[0]}"
