"""Make bundles out of the bench: everything slow about a question happens here, before its transaction."""

from datetime import datetime

from forum.transfer.stackexchange.bench import Bench, Found
from forum.transfer.stackexchange.dump import number, text
from forum.transfer.stackexchange.mapping import author_key, count_of, licence_of, moment_of, tag_names, title_of
from forum.transfer.stackexchange.originals import Originals
from forum.transfer.stackexchange.origins import Site
from forum.transfer.stackexchange.texts import Brought, bring_comment, bring_html, plain_words
from forum.transfer.stackexchange.writing import ANSWER, COMMENT, QUESTION, Bundle, Known, Post

TITLE_CUT = "title longer than one can be here: its beginning is shown"


class Maker:
    """Turns one question of the dump into a bundle; texts that are here already are not made again."""

    def __init__(self, bench: Bench, site: Site, originals: Originals) -> None:
        self.bench = bench
        self.site = site
        self.originals = originals

    def bundle(self, found: Found) -> Bundle:
        """A question with its answers and comments, still without their texts."""
        row = found.row
        question = self._post(QUESTION, found, self.site.question(found.id))
        answers = self.bench.answers(found.id)
        accepted = number(row, "acceptedanswerid")
        closed_at = moment_of(row, "closeddate")
        bundle = Bundle(
            question=question,
            title="",
            tags=tag_names(row),
            active_at=moment_of(row, "lastactivitydate") or question.created_at,
            views=count_of(row, "viewcount"),
            closed_at=closed_at,
            closed_why=self._why_closed(found.id) if closed_at else None,
            answers=[self._answer(each, accepted) for each in answers],
        )
        for post in [found, *answers]:
            for comment in self.bench.comments(post.id):
                bundle.comments.append(self._comment(comment, post.id, found.id))
        return bundle

    def fill_in(self, bundle: Bundle, known: Known) -> None:
        """Make the texts of what is not here yet."""
        for post in bundle.posts:
            if (post.kind, str(post.number)) not in known:
                post.brought = self._text(post)
        if bundle.question.brought is not None:
            row = self.bench.row(bundle.question.number)
            bundle.title, whole = title_of(row, plain_words(text(row, "body")))
            if whole:
                self.originals.keep(QUESTION, bundle.question.number, TITLE_CUT, whole)

    def _post(self, kind: str, found: Found, origin: str | None) -> Post:
        up, down = (0, 0) if kind == COMMENT else self.bench.votes(found.id)
        return Post(
            kind=kind,
            number=found.id,
            author=author_key(found.author),
            created_at=datetime.fromisoformat(found.at),
            licence=licence_of(found),
            origin_url=origin,
            up=up,
            down=down,
            edited_at=moment_of(found.row, "lasteditdate"),
        )

    def _answer(self, found: Found, accepted: int | None) -> Post:
        post = self._post(ANSWER, found, self.site.answer(found.id))
        if found.id == accepted:
            day = self.bench.accepted_on(found.id)
            post.accepted_at = max(post.created_at, datetime.fromisoformat(day)) if day else post.created_at
        return post

    def _comment(self, found: Found, post_id: int, question_id: int) -> Post:
        post = self._post(COMMENT, found, self.site.comment(found.id, post_id, question_id))
        post.comment_score = number(found.row, "score") or 0
        post.answer = post_id if post_id != question_id else None
        return post

    def _text(self, post: Post) -> Brought:
        if post.kind == COMMENT:
            source = text(self.bench.comment_row(post.number), "text")
            brought = bring_comment(source, post.origin_url or "")
        else:
            source = text(self.bench.row(post.number), "body")
            brought = bring_html(source, self.site.base, post.origin_url or "")
        if brought.problem:
            self.originals.keep(post.kind, post.number, brought.problem, source)
        return brought

    def _why_closed(self, question_id: int) -> str:
        where = f" on {self.site.host}" if self.site.host else ""
        if self.bench.has_duplicate_of(question_id):
            return f"Closed as a duplicate{where}."
        return f"Closed{where}."
