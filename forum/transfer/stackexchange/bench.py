"""A dump laid out on a workbench on disk, so that each question lies beside its answers, comments and votes.

Every file is read to its end before anything else happens: what is broken is refused while nothing is done yet.
"""

import json
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from forum.transfer.stackexchange.dump import Dump, NotADump, Row, number, read_rows, text
from forum.transfer.stackexchange.moments import read_moment

QUESTION, ANSWER = 1, 2
ACCEPTED, UP, DOWN = 1, 2, 3
RELATED, DUPLICATE = 1, 3

#: What history says that the other files do not: closed, locked, unlocked.
_CLOSED, _LOCKED, _UNLOCKED = 10, 14, 15

_TABLES = """
CREATE TABLE users (id INTEGER PRIMARY KEY, row TEXT);
CREATE TABLE posts (id INTEGER PRIMARY KEY, type INTEGER, parent INTEGER, accepted INTEGER, author TEXT, at TEXT,
    score INTEGER, deleted INTEGER, kept INTEGER DEFAULT 0, row TEXT);
CREATE TABLE comments (id INTEGER PRIMARY KEY, post INTEGER, author TEXT, at TEXT, kept INTEGER DEFAULT 0, row TEXT);
CREATE TABLE votes (id INTEGER PRIMARY KEY, post INTEGER, type INTEGER, at TEXT);
CREATE TABLE tags (name TEXT PRIMARY KEY, excerpt INTEGER, wiki INTEGER);
CREATE TABLE links (id INTEGER PRIMARY KEY, post INTEGER, related INTEGER, type INTEGER, at TEXT);
CREATE TABLE history (id INTEGER PRIMARY KEY, post INTEGER, type INTEGER);
CREATE TABLE odd (file TEXT, reason TEXT, id TEXT);
"""

_INDEXES = """
CREATE INDEX posts_parent ON posts (parent, id);
CREATE INDEX comments_post ON comments (post, id);
CREATE INDEX votes_post ON votes (post, type);
CREATE INDEX history_post ON history (post, type);
"""

#: Answers and comments go with what they are on; what was deleted there stays deleted.
_KEEP = f"""
UPDATE posts SET kept = 1 WHERE type = {QUESTION} AND NOT deleted;
UPDATE posts SET kept = 1 WHERE type = {ANSWER} AND NOT deleted AND parent IN
    (SELECT id FROM posts WHERE kept AND type = {QUESTION});
UPDATE comments SET kept = 1 WHERE post IN (SELECT id FROM posts WHERE kept);
"""  # noqa: S608 - our own numbers

#: The long part of a row is read when it is its turn: a long discussion must not fill the memory.
_LIGHT_POST = "id, author, at, json_remove(row, '$.body')"

#: Called with a word for what is being done and how much of it there is; the result is called for each step.
Progress = Callable[[str, int], Callable[[int], None]]


@dataclass(frozen=True)
class Found:
    """One row of the dump with what was worked out about it."""

    id: int
    author: str
    at: str
    row: Row


class Bench:
    """The rows of a dump in a temporary database that the disk forgets when it is closed."""

    def __init__(self) -> None:
        self.db = sqlite3.connect("", isolation_level=None)
        self.db.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;" + _TABLES)

    def close(self) -> None:
        self.db.close()

    def load(self, dump: Dump, progress: Progress) -> None:
        """Read every file to its end; raises NotADump before anything else is done."""
        step = progress("Reading", len(dump.files))
        self.db.execute("BEGIN")
        for kind, path in dump.files.items():
            take = getattr(self, f"_take_{kind}")
            for row in read_rows(path, kind):
                take(row)
            step(1)
        self.db.execute("COMMIT")
        self.db.executescript(_INDEXES + _KEEP)
        if not self.one("SELECT count(*) FROM posts WHERE type = ?", QUESTION):
            raise NotADump(f"{dump.files['posts'].name} holds no question.")

    def one(self, query: str, *values: Any) -> int:
        """The single number that a query gives."""
        (found,) = self.db.execute(query, values).fetchone()
        return int(found or 0)

    def rows(self, query: str, *values: Any) -> Iterator[Any]:
        yield from self.db.execute(query, values)

    def found(self, query: str, *values: Any) -> list[Found]:
        """Rows of `id, author, at, row`."""
        return [Found(each, author, at, _row(row)) for each, author, at, row in self.db.execute(query, values)]

    def questions(self) -> Iterator[Found]:
        for each, author, at, row in self.db.execute(
            f"SELECT {_LIGHT_POST} FROM posts WHERE kept AND type = ? ORDER BY id",  # noqa: S608
            (QUESTION,),
        ):
            yield Found(each, author, at, _row(row))

    def answers(self, question_id: int) -> list[Found]:
        return self.found(
            f"SELECT {_LIGHT_POST} FROM posts WHERE parent = ? AND kept AND type = ? ORDER BY id",  # noqa: S608
            question_id,
            ANSWER,
        )

    def comments(self, post_id: int) -> list[Found]:
        return self.found(
            "SELECT id, author, at, json_remove(row, '$.text') FROM comments WHERE post = ? AND kept ORDER BY id",
            post_id,
        )

    def votes(self, post_id: int) -> tuple[int, int]:
        """Up and down, counted one by one."""
        up = self.one("SELECT count(*) FROM votes WHERE post = ? AND type = ?", post_id, UP)
        return up, self.one("SELECT count(*) FROM votes WHERE post = ? AND type = ?", post_id, DOWN)

    def accepted_on(self, answer_id: int) -> str | None:
        """When the asker's mark was set: the day is all that a dump tells."""
        found = self.db.execute(
            "SELECT max(at) FROM votes WHERE post = ? AND type = ?", (answer_id, ACCEPTED)
        ).fetchone()
        return found[0] if found else None

    def authors(self) -> Iterator[tuple[str, str]]:
        """Who wrote something that comes along, and since when at least."""
        yield from self.db.execute(
            "SELECT author, min(at) FROM (SELECT author, at FROM posts WHERE kept UNION ALL"
            " SELECT author, at FROM comments WHERE kept) GROUP BY author ORDER BY author"
        )

    def user(self, user_id: int) -> Row | None:
        found = self.db.execute("SELECT row FROM users WHERE id = ?", (user_id,)).fetchone()
        return _row(found[0]) if found else None

    def row(self, post_id: int) -> Row:
        (found,) = self.db.execute("SELECT row FROM posts WHERE id = ?", (post_id,)).fetchone()
        return _row(found)

    def comment_row(self, comment_id: int) -> Row:
        (found,) = self.db.execute("SELECT row FROM comments WHERE id = ?", (comment_id,)).fetchone()
        return _row(found)

    def title(self, question_id: int) -> str | None:
        found = self.db.execute(
            "SELECT json_extract(row, '$.title') FROM posts WHERE id = ? AND type = ?", (question_id, QUESTION)
        ).fetchone()
        return str(found[0] or "") if found else None

    def tags(self) -> Iterator[tuple[str, str, str]]:
        """Name, excerpt and page of each tag; the texts are empty where there are none."""
        yield from self.db.execute(
            "SELECT t.name, coalesce(json_extract(e.row, '$.body'), ''), coalesce(json_extract(w.row, '$.body'), '')"
            " FROM tags t LEFT JOIN posts e ON e.id = t.excerpt LEFT JOIN posts w ON w.id = t.wiki ORDER BY t.name"
        )

    def has_duplicate_of(self, question_id: int) -> bool:
        return bool(self.one("SELECT count(*) FROM links WHERE post = ? AND type = ?", question_id, DUPLICATE))

    def _take_users(self, row: Row) -> None:
        user_id = number(row, "id")
        if user_id is None:
            self._odd("users", "a row without a number", row)
        else:
            self._put("users", user_id, "INSERT OR IGNORE INTO users VALUES (?, ?)", json.dumps(row))

    def _take_posts(self, row: Row) -> None:
        post_id, kind, moment = number(row, "id"), number(row, "posttypeid"), read_moment(text(row, "creationdate"))
        if post_id is None or kind is None or moment is None:
            self._odd("posts", "a row without a number, a kind or a date", row)
            return
        self._put(
            "posts",
            post_id,
            "INSERT OR IGNORE INTO posts (id, type, parent, accepted, author, at, score, deleted, row)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            kind,
            number(row, "parentid"),
            number(row, "acceptedanswerid"),
            author_of(row, "owneruserid", "ownerdisplayname"),
            moment.isoformat(),
            number(row, "score"),
            bool(row.get("deletiondate")),
            json.dumps(row),
        )

    def _take_comments(self, row: Row) -> None:
        comment_id, post, moment = number(row, "id"), number(row, "postid"), read_moment(text(row, "creationdate"))
        if comment_id is None or post is None or moment is None:
            self._odd("comments", "a row without a number, a post or a date", row)
            return
        self._put(
            "comments",
            comment_id,
            "INSERT OR IGNORE INTO comments (id, post, author, at, row) VALUES (?, ?, ?, ?, ?)",
            post,
            author_of(row, "userid", "userdisplayname"),
            moment.isoformat(),
            json.dumps(row),
        )

    def _take_votes(self, row: Row) -> None:
        vote_id, post, kind = number(row, "id"), number(row, "postid"), number(row, "votetypeid")
        if vote_id is None or post is None or kind is None:
            self._odd("votes", "a row without a number, a post or a kind", row)
            return
        moment = read_moment(text(row, "creationdate"))
        at = moment.isoformat() if moment else None
        self._put("votes", vote_id, "INSERT OR IGNORE INTO votes VALUES (?, ?, ?, ?)", post, kind, at)

    def _take_tags(self, row: Row) -> None:
        self.db.execute(
            "INSERT OR IGNORE INTO tags VALUES (?, ?, ?)",
            (text(row, "tagname"), number(row, "excerptpostid"), number(row, "wikipostid")),
        )

    def _take_postlinks(self, row: Row) -> None:
        link_id, post, related = number(row, "id"), number(row, "postid"), number(row, "relatedpostid")
        kind = number(row, "linktypeid") or number(row, "postlinktypeid")
        if link_id is None or post is None or related is None or kind is None:
            self._odd("postlinks", "a row without a number, two posts or a kind", row)
            return
        moment = read_moment(text(row, "creationdate"))
        at = moment.isoformat() if moment else None
        self._put("postlinks", link_id, "INSERT OR IGNORE INTO links VALUES (?, ?, ?, ?, ?)", post, related, kind, at)

    def _take_posthistory(self, row: Row) -> None:
        row_id, kind = number(row, "id"), number(row, "posthistorytypeid")
        if row_id is not None and kind in (_CLOSED, _LOCKED, _UNLOCKED):
            self.db.execute("INSERT OR IGNORE INTO history VALUES (?, ?, ?)", (row_id, number(row, "postid"), kind))

    def locked_posts(self) -> list[int]:
        """Posts whose last word about locks was that they are."""
        return [
            post
            for (post,) in self.db.execute(
                "SELECT post FROM history h WHERE type = ? AND id = (SELECT max(id) FROM history"
                " WHERE post = h.post AND type IN (?, ?)) ORDER BY post",
                (_LOCKED, _LOCKED, _UNLOCKED),
            )
        ]

    def _put(self, file: str, row_id: int, statement: str, *values: Any) -> None:
        if not self.db.execute(statement, (row_id, *values)).rowcount:
            self.db.execute("INSERT INTO odd VALUES (?, ?, ?)", (file, "a number that was there before", row_id))

    def _odd(self, file: str, reason: str, row: Row) -> None:
        self.db.execute("INSERT INTO odd VALUES (?, ?, ?)", (file, reason, text(row, "id")[:40]))


def author_of(row: Row, id_name: str, display_name: str) -> str:
    """`5` for user 5, `~Name` for somebody who left their name only, `~` for nobody."""
    user_id = number(row, id_name)
    return str(user_id) if user_id is not None else f"~{' '.join(text(row, display_name).split())}"


def _row(stored: str) -> Row:
    row: Row = json.loads(stored)
    return row
