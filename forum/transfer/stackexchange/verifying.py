"""Count in our own tables what came of the rows of a dump: the other half of the sum in the report."""

from collections import Counter
from collections.abc import Iterable, Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forum.accounts.models import User
from forum.base.db import Store
from forum.questions.models import Answer, Comment, Question, QuestionLink
from forum.transfer.stackexchange import bench as on_bench
from forum.transfer.stackexchange.bench import Bench
from forum.transfer.stackexchange.mapping import author_key
from forum.transfer.stackexchange.origins import Site
from forum.transfer.stackexchange.writing import ANSWER, AUTHOR, COMMENT, QUESTION, find_known

#: Numbers in one query.
PART = 500


def count_here(store: Store, bench: Bench, site: Site) -> Counter[str]:
    """Only what this dump holds is counted, whatever else was brought in from the same site."""
    counted: Counter[str] = Counter()
    with store.reading() as session:
        for ids in _made(session, site, AUTHOR, (author_key(author) for author, _ in bench.authors())):
            counted["authors"] += session.scalar(select(func.count()).where(User.id.in_(ids))) or 0
        for kind, table, type_ in ((QUESTION, Question, on_bench.QUESTION), (ANSWER, Answer, on_bench.ANSWER)):
            numbers = (each for (each,) in bench.rows("SELECT id FROM posts WHERE kept AND type = ?", type_))
            for ids in _made(session, site, kind, numbers):
                _count_posts(session, counted, f"{kind}s", table, ids)
        for ids in _made(
            session, site, COMMENT, (each for (each,) in bench.rows("SELECT id FROM comments WHERE kept"))
        ):
            counted["comments"] += session.scalar(select(func.count()).where(Comment.id.in_(ids))) or 0
        accepted = bench.rows(
            "SELECT accepted FROM posts WHERE kept AND type = ? AND accepted IS NOT NULL", on_bench.QUESTION
        )
        for ids in _made(session, site, ANSWER, (each for (each,) in accepted)):
            query = select(func.count()).where(Answer.id.in_(ids), Answer.accepted_at.is_not(None))
            counted["accepted_answers"] += session.scalar(query) or 0
        for what, kind, type_ in (
            ("related_links", "related", on_bench.RELATED),
            ("duplicate_links", "duplicate", on_bench.DUPLICATE),
        ):
            counted[what] = _count_links(session, bench, site, kind, type_)
    return counted


def _count_posts(
    session: Session, counted: Counter[str], what: str, table: type[Question] | type[Answer], ids: list[int]
) -> None:
    count, up, down = session.execute(
        select(func.count(), func.sum(table.imported_up), func.sum(table.imported_down)).where(table.id.in_(ids))
    ).one()
    counted[what] += count
    counted["up_votes"] += int(up or 0)
    counted["down_votes"] += int(down or 0)


def _count_links(session: Session, bench: Bench, site: Site, kind: str, type_: int) -> int:
    pairs = list(bench.rows("SELECT DISTINCT post, related FROM links WHERE type = ?", type_))
    numbers = {number for pair in pairs for number in pair}
    known = find_known(session, site.source, QUESTION, numbers)
    count = 0
    for start in range(0, len(pairs), PART):
        ends = [
            (known.get((QUESTION, str(post))), known.get((QUESTION, str(related))))
            for post, related in pairs[start : start + PART]
        ]
        rows = session.execute(
            select(QuestionLink.source_id, QuestionLink.target_id)
            .where(QuestionLink.kind == kind)
            .where(QuestionLink.source_id.in_([source for source, _ in ends if source is not None]))
        )
        there = {(row.source_id, row.target_id) for row in rows}
        count += sum(pair in there for pair in ends)
    return count


def _made(session: Session, site: Site, kind: str, numbers: Iterable[object]) -> Iterator[list[int]]:
    part: list[object] = []
    for number in numbers:
        part.append(number)
        if len(part) == PART:
            yield list(find_known(session, site.source, kind, part).values())
            part = []
    yield list(find_known(session, site.source, kind, part).values())
