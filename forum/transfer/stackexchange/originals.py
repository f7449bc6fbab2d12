"""Texts that could not be kept as they were, whole and beside the report, and what was the matter with each."""

import json
from collections.abc import Iterator
from pathlib import Path


class Originals:
    """One line a text, written before its transaction, so that a stopped import loses none.

    Without a path they are only counted. The file of a source is continued by every later import, which so
    can still name what an earlier one met.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._met: list[tuple[str, str, str]] = []

    def keep(self, kind: str, number: int, problem: str, source: str) -> None:
        if self.path is None:
            self._met.append((kind, str(number), problem))
            return
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        line = {"kind": kind, "number": str(number), "problem": problem, "source": source}
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    def problems(self) -> Iterator[tuple[str, str, str]]:
        """Kind, number and problem, each once."""
        seen: set[tuple[str, str, str]] = set()
        for met in self._met if self.path is None else self._read():
            if met not in seen:
                seen.add(met)
                yield met

    @property
    def name(self) -> str:
        return str(self.path) if self.path is not None and self.path.exists() else ""

    def _read(self) -> Iterator[tuple[str, str, str]]:
        if self.path is None or not self.path.exists():
            return
        with self.path.open(encoding="utf-8") as file:
            for line in file:
                try:
                    row = json.loads(line)
                except ValueError:
                    continue  # the half line of an import that was stopped while writing it
                yield row["kind"], row["number"], row["problem"]
