"""Bring in a dump from beginning to end; stopped anywhere and begun again, the end is the same."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.base.db import Store
from forum.base.languages import guess_language
from forum.base.markup import excerpt
from forum.questions.models import EXCERPT_LENGTH
from forum.transfer.models import ImportedRow
from forum.transfer.stackexchange.bench import DUPLICATE, QUESTION, RELATED, Bench, Progress
from forum.transfer.stackexchange.counting import count_dump
from forum.transfer.stackexchange.dump import Dump, find_dump, known_files
from forum.transfer.stackexchange.making import Maker
from forum.transfer.stackexchange.mapping import make_author, tag_name, tag_names
from forum.transfer.stackexchange.originals import Originals
from forum.transfer.stackexchange.origins import Site, find_site, fingerprint
from forum.transfer.stackexchange.report import CHANGED_HERE, TOTALS, UNEXPLAINED, Report, write_report
from forum.transfer.stackexchange.texts import plain_words
from forum.transfer.stackexchange.verifying import count_here
from forum.transfer.stackexchange.writing import (
    AUTHOR,
    Bundle,
    find_known,
    find_posts,
    write_authors,
    write_bundles,
    write_links,
    write_patiently,
    write_tags,
)

T = TypeVar("T")

#: Rows in one transaction: others who want to write wait no longer than a blink.
ROWS = 60

DUMP = "dump"
LINK_KINDS = {RELATED: "related", DUPLICATE: "duplicate"}


class OtherSource(ValueError):
    """The dump was brought in before, as another site."""


def bring_in(
    store: Store,
    folder: Path,
    reports: Path,
    clock: Callable[[], datetime],
    progress: Progress,
    *,
    site: str = "",
    dry_run: bool = False,
) -> tuple[Report, Path | None]:
    """Import a dump and write the report; a dry run writes nothing and says what would happen.

    Raises NotADump or OtherSource, with nothing done, for what cannot be imported.
    """
    dump = find_dump(folder)
    with closing(Bench()) as bench:
        bench.load(dump, progress)
        found = find_site(bench, site, folder.resolve().name)
        report = _begin(bench, dump, found, clock(), dry_run)
        _check_source(store, found, fingerprint(bench))
        originals = Originals(None if dry_run else reports / f"stackexchange-{found.source}-originals.jsonl")
        carrier = _Carrier(store, bench, found, report, originals, progress)
        had_any = carrier.has_any()
        if dry_run:
            carrier.rehearse()
            report.imported.update({what: report.expected(what) for what in TOTALS})
        else:
            carrier.carry()
            report.imported.update(count_here(store, bench, found))
            _compare(report, had_any)
        for kind, number, problem in originals.problems():
            report.note(f"{kind} texts", problem, number)
        report.originals = originals.name
        report.finished_at = clock()
        return report, None if dry_run else write_report(report, reports)


def _begin(bench: Bench, dump: Dump, site: Site, now: datetime, dry_run: bool) -> Report:
    report = Report(str(dump.folder), site.source, site.host, dry_run, now, files=known_files(dump))
    count_dump(bench, report)
    if not site.host:
        report.note("addresses", "are not kept: the dump does not say which site it is of; name it with --site", "-")
    return report


def _check_source(store: Store, site: Site, mark: str) -> None:
    """The same dump under two names would bring in everything twice."""
    with store.reading() as session:
        other = session.scalar(
            select(ImportedRow.source)
            .where(ImportedRow.kind == DUMP, ImportedRow.source_id == mark)
            .where(ImportedRow.source != site.source)
        )
    if other is not None:
        raise OtherSource(f"This dump was imported before as {other}. Use --site {other} to continue.")


def _compare(report: Report, had_any: bool) -> None:
    """What differs after all: on a later run somebody here may have changed it, on the first it would be our fault."""
    for what in TOTALS:
        difference = report.expected(what) - report.imported[what]
        if difference:
            report.leave_out(what, CHANGED_HERE if had_any else UNEXPLAINED, "-", difference)


class _Carrier:
    """Carries the parts of one dump over, in the order in which they need each other."""

    def __init__(
        self, store: Store, bench: Bench, site: Site, report: Report, originals: Originals, progress: Progress
    ) -> None:
        self.store = store
        self.bench = bench
        self.site = site
        self.report = report
        self.maker = Maker(bench, site, originals)
        self.progress = progress

    def has_any(self) -> bool:
        with self.store.reading() as session:
            return bool(session.scalar(select(ImportedRow.id).where(ImportedRow.source == self.site.source).limit(1)))

    def carry(self) -> None:
        write_patiently(self.store, self._remember_dump)
        self._carry_authors()
        self._carry_tags()
        self._carry_questions()
        self._carry_links()

    def rehearse(self) -> None:
        """Make every text as in earnest, and count what is not here yet."""
        with self.store.reading() as session:
            keys = [key for key, _ in self.bench.authors()]
            self.report.made[AUTHOR] = len(keys) - len(find_known(session, self.site.source, AUTHOR, keys))
        for bundle in self._bundles():
            for post in bundle.posts:
                self.report.made[post.kind] += post.brought is not None
        self._tag_descriptions()

    def _remember_dump(self, session: Session) -> None:
        mark = fingerprint(self.bench)
        if not find_known(session, self.site.source, DUMP, [mark]):
            session.add(ImportedRow(source=self.site.source, kind=DUMP, source_id=mark, made_kind="site", made_id=0))

    def _carry_authors(self) -> None:
        step = self.progress("People", self.report.in_dump["authors"])
        for part in slices(self.bench.authors(), ROWS):
            authors = [make_author(self.bench, self.site, author, since) for author, since in part]
            self.report.made[AUTHOR] += write_patiently(
                self.store, partial(write_authors, source=self.site.source, authors=authors)
            )
            step(len(part))

    def _carry_tags(self) -> None:
        descriptions = self._tag_descriptions()
        for part in slices(sorted(descriptions.items()), ROWS):
            self.report.made["tag_description"] += write_patiently(
                self.store, partial(write_tags, descriptions=dict(part))
            )

    def _tag_descriptions(self) -> dict[str, dict[str, str]]:
        """Every tag by name, with its description by language: the excerpt, or else the beginning of the page."""
        described: dict[str, dict[str, str]] = {}
        for word, short, long in self.bench.tags():
            name = tag_name(word)
            if not name:
                continue
            if name != word:
                self.report.note("tags", f"renamed to {name}", word)
            words = excerpt(plain_words(short or long), EXCERPT_LENGTH)
            described[name] = {guess_language(words) or "en": words} if words else {}
            if long.strip():
                self.report.note("tag pages", "not brought in, beyond their excerpt", word)
        for (tags,) in self.bench.rows("SELECT DISTINCT json_extract(row, '$.tags') FROM posts WHERE kept"):
            for name in tag_names({"tags": tags or ""}):
                described.setdefault(name, {})
        return described

    def _carry_questions(self) -> None:
        waiting: list[Bundle] = []
        for bundle in self._bundles():
            waiting.append(bundle)
            if sum(len(each.posts) for each in waiting) >= ROWS:
                self._write(waiting)
                waiting = []
        self._write(waiting)

    def _bundles(self) -> Iterator[Bundle]:
        step = self.progress("Questions", self.report.expected("questions"))
        for found in self.bench.questions():
            bundle = self.maker.bundle(found)
            with self.store.reading() as session:
                known = find_posts(session, self.site.source, bundle.posts)
            self.maker.fill_in(bundle, known)
            yield bundle
            step(1)

    def _write(self, bundles: list[Bundle]) -> None:
        made = write_patiently(self.store, partial(write_bundles, site=self.site, bundles=bundles))
        self.report.made.update(made)

    def _carry_links(self) -> None:
        links = (
            (post, related, LINK_KINDS[kind], datetime.fromisoformat(at))
            for post, related, kind, at in self.bench.rows(
                "SELECT l.post, l.related, l.type, coalesce(l.at, s.at) FROM links l"
                " JOIN posts s ON s.id = l.post JOIN posts t ON t.id = l.related"
                " WHERE l.post <> l.related AND s.kept AND t.kept AND s.type = ? AND t.type = ? AND l.type IN (?, ?)"
                " ORDER BY l.id",
                QUESTION,
                QUESTION,
                RELATED,
                DUPLICATE,
            )
        )
        for part in slices(links, ROWS):
            self.report.made["link"] += write_patiently(self.store, partial(write_links, site=self.site, links=part))


def slices(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Lists of at most `size`, in order."""
    part: list[T] = []
    for item in items:
        part.append(item)
        if len(part) == size:
            yield part
            part = []
    if part:
        yield part
