"""What a dump holds and what of it cannot come along, counted on the bench before anything is written."""

from forum.transfer.stackexchange.bench import (
    ACCEPTED,
    ANSWER,
    DOWN,
    DUPLICATE,
    QUESTION,
    RELATED,
    UP,
    Bench,
)
from forum.transfer.stackexchange.report import Report

#: Rows of Votes.xml that say something else than helpful or not.
_NO_VOTES = {
    1: "marks of acceptance",
    4: "flags as offensive",
    5: "bookmarks",
    6: "wishes to close",
    7: "wishes to reopen",
    8: "bounties begun",
    9: "bounties ended",
    10: "deletions",
    11: "undeletions",
    12: "flags as spam",
    13: "calls for a moderator",
    14: "nominations",
    15: "reviews by moderators",
    16: "approvals of edits",
}

_OTHER_POSTS = {
    3: "orphaned tag pages",
    4: "tag excerpts",
    5: "tag pages",
    6: "nominations for moderator",
    7: "placeholders of tag pages",
    8: "privilege pages",
}

_WHY_NOT = f"""CASE WHEN p.id IS NULL THEN 'on a post that is not in the dump'
    WHEN p.type NOT IN ({QUESTION}, {ANSWER}) THEN 'on a post that is neither question nor answer'
    ELSE 'on a post that was left out' END"""


def count_dump(bench: Bench, report: Report) -> None:
    """Fill in what is in the dump and what is left out of it, with the reasons."""
    _count_posts(bench, report)
    _count_comments(bench, report)
    _count_votes(bench, report)
    _count_acceptances(bench, report)
    _count_links(bench, report)
    _count_authors(bench, report)
    for file, reason, row_id in bench.rows("SELECT file, reason, id FROM odd ORDER BY file, reason, id"):
        report.note(f"{file} rows", f"not read: {reason}", row_id)


def _count_posts(bench: Bench, report: Report) -> None:
    for what, kind in (("questions", QUESTION), ("answers", ANSWER)):
        report.in_dump[what] = bench.one("SELECT count(*) FROM posts WHERE type = ?", kind)
    for post, kind, deleted, parent_type in bench.rows(
        "SELECT p.id, p.type, p.deleted, q.type FROM posts p LEFT JOIN posts q ON q.id = p.parent"
        " WHERE NOT p.kept AND p.type IN (?, ?) ORDER BY p.id",
        QUESTION,
        ANSWER,
    ):
        what = "questions" if kind == QUESTION else "answers"
        if deleted:
            report.leave_out(what, "deleted there", post)
        elif parent_type != QUESTION:
            report.leave_out(what, "to a question that is not in the dump", post)
        else:
            report.leave_out(what, "to a question that was left out", post)
    for post, kind in bench.rows("SELECT id, type FROM posts WHERE type NOT IN (?, ?) ORDER BY id", QUESTION, ANSWER):
        report.note(_OTHER_POSTS.get(kind, f"posts of type {kind}"), "are no questions or answers", post)
    for post in bench.locked_posts():
        report.note("posts", "locked there, open here", post)
    for (post,) in bench.rows(
        "SELECT id FROM posts WHERE kept AND json_extract(row, '$.communityowneddate') IS NOT NULL ORDER BY id"
    ):
        report.note("posts", "owned by everybody there, by their first author here", post)
    for (post,) in bench.rows(
        "SELECT id FROM posts WHERE kept AND type = ? AND json_extract(row, '$.closeddate') IS NOT NULL ORDER BY id",
        QUESTION,
    ):
        report.note("questions", "closed there and here", post)


def _count_comments(bench: Bench, report: Report) -> None:
    report.in_dump["comments"] = bench.one("SELECT count(*) FROM comments")
    for comment, why in bench.rows(
        f"SELECT c.id, {_WHY_NOT} FROM comments c LEFT JOIN posts p ON p.id = c.post"  # noqa: S608
        " WHERE NOT c.kept ORDER BY c.id"
    ):
        report.leave_out("comments", why, comment)


def _count_votes(bench: Bench, report: Report) -> None:
    for what, kind in (("up_votes", UP), ("down_votes", DOWN)):
        report.in_dump[what] = bench.one("SELECT count(*) FROM votes WHERE type = ?", kind)
        for post, why, count in bench.rows(
            f"SELECT v.post, {_WHY_NOT}, count(*) FROM votes v LEFT JOIN posts p ON p.id = v.post"  # noqa: S608
            " WHERE v.type = ? AND NOT coalesce(p.kept, 0) GROUP BY v.post ORDER BY v.post",
            kind,
        ):
            report.leave_out(what, why, f"post {post}", count)
    for kind, count, first in bench.rows(
        "SELECT type, count(*), min(id) FROM votes WHERE type NOT IN (?, ?) GROUP BY type ORDER BY type", UP, DOWN
    ):
        report.note("votes", f"are no votes: type {kind}, {_NO_VOTES.get(kind, 'of unknown meaning')}", first, count)
    for post, score, counted in bench.rows(
        "SELECT id, score, (SELECT coalesce(sum(CASE type WHEN ? THEN 1 WHEN ? THEN -1 ELSE 0 END), 0) FROM votes"
        " WHERE post = posts.id) AS counted FROM posts WHERE kept AND score IS NOT NULL AND score <> counted"
        " ORDER BY id",
        UP,
        DOWN,
    ):
        report.note("scores", "differ from the votes, which count", f"{post} (score {score}, votes {counted:+d})")


def _count_acceptances(bench: Bench, report: Report) -> None:
    report.in_dump["accepted_answers"] = bench.one(
        "SELECT count(*) FROM posts WHERE type = ? AND accepted IS NOT NULL", QUESTION
    )
    for question, kept, answer, parent in bench.rows(
        "SELECT q.id, q.kept, a.id, a.parent FROM posts q LEFT JOIN posts a ON a.id = q.accepted"
        " WHERE q.type = ? AND q.accepted IS NOT NULL AND NOT (q.kept AND coalesce(a.kept, 0) AND a.parent = q.id)"
        " ORDER BY q.id",
        QUESTION,
    ):
        if not kept:
            why = "of a question that was left out"
        elif answer is None:
            why = "which are not in the dump"
        else:
            why = "which belong to another question" if parent != question else "which were left out"
        report.leave_out("accepted_answers", why, question)
    for answer, known in bench.rows(
        "SELECT v.post, p.id FROM votes v LEFT JOIN posts p ON p.id = v.post WHERE v.type = ?"
        " AND NOT EXISTS (SELECT 1 FROM posts q WHERE q.accepted = v.post) ORDER BY v.post",
        ACCEPTED,
    ):
        why = "for an answer that no question names" if known else "for an answer that is not in the dump"
        report.note("marks of acceptance", why, f"post {answer}")


def _count_links(bench: Bench, report: Report) -> None:
    for what, kind in (("related_links", RELATED), ("duplicate_links", DUPLICATE)):
        report.in_dump[what] = bench.one("SELECT count(*) FROM links WHERE type = ?", kind)
        for link, why in bench.rows(
            "SELECT l.id, CASE WHEN l.post = l.related THEN 'to itself'"
            " WHEN s.id IS NULL OR t.id IS NULL THEN 'with a post that is not in the dump'"
            " WHEN NOT (s.kept AND t.kept AND s.type = 1 AND t.type = 1) THEN 'with a post that is no question here'"
            " WHEN EXISTS (SELECT 1 FROM links o WHERE o.post = l.post AND o.related = l.related AND o.type = l.type"
            " AND o.id < l.id) THEN 'made twice' END AS why"
            " FROM links l LEFT JOIN posts s ON s.id = l.post LEFT JOIN posts t ON t.id = l.related"
            " WHERE l.type = ? AND why IS NOT NULL ORDER BY l.id",
            kind,
        ):
            report.leave_out(what, why, link)
    for kind, count, first in bench.rows(
        "SELECT type, count(*), min(id) FROM links WHERE type NOT IN (?, ?) GROUP BY type", RELATED, DUPLICATE
    ):
        report.note("links", f"of unknown type {kind}", first, count)


def _count_authors(bench: Bench, report: Report) -> None:
    """People who wrote nothing have nothing here to be named for, and stay where they are."""
    report.in_dump["authors"] = sum(1 for _ in bench.authors())
    for (user,) in bench.rows(
        "SELECT id FROM users WHERE CAST(id AS TEXT) NOT IN (SELECT author FROM posts WHERE kept"
        " UNION SELECT author FROM comments WHERE kept) ORDER BY id"
    ):
        report.note("people", "wrote nothing that came along and were not brought in", user)
