"""Words in, what the reader may see out: the index proposes, the database decides and gives the text."""

import dataclasses
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from forum.accounts.models import Reader
from forum.base.markup import plain_text
from forum.knowledge.models import Article, ArticleRevision, slug_of
from forum.questions.models import SOLVED, Question, Tag
from forum.questions.queries import is_public
from forum.search.documents import ARTICLE, QUESTION, read_key
from forum.search.texts import AnswerText, CommentText, QuestionText, public_questions, texts_under
from search_index.analysis import Noise, noise_of, surfaces
from search_index.contract import Hits, Query, SearchIndex
from search_index.grammar import parse
from search_index.passages import LONGEST, Marker, Passage, has_phrases

PAGE = 20

#: Hits asked for beyond a page, so that what the reader may not see leaves no hole.
SPARE = 10

#: Similar questions while a title is typed: more than these are not read.
SIMILAR = 5

PASSAGE_LENGTH = 240
SHORT_PASSAGE = 160

#: So many times the length of a passage are read around the best place of a long text.
AROUND = 2

#: What is written in Markdown and seen by nobody: where a link leads.
_ADDRESS = re.compile(r"\]\([^()\s]{1,2000}|https?://[^\s<>)]{1,2000}")


@dataclass(frozen=True)
class Found:
    """A question or an article, with the passage that shows why it was found."""

    kind: str
    id: int
    title: str
    slug: str
    passage: Passage | None
    #: "answer:9" when the passage stands in an answer, "question:7" when in the question, else the article's key.
    place: str
    score: float
    state: str
    created_at: datetime
    answer_count: int = 0
    votes: int = 0


@dataclass(frozen=True)
class Results:
    """One page of what was found."""

    items: Sequence[Found]
    total: int
    is_exact: bool
    has_more: bool
    corrected: Sequence[tuple[str, str]] = ()
    suggestion: str | None = None
    is_noise: bool = False
    #: What the words were, when there was nothing in them to look for.
    noise: Noise | None = None
    #: Whether a word of it stands in no text that everybody may read.
    has_strange_words: bool = False
    #: False when the index could not be asked and only titles were looked through.
    is_complete: bool = True


def search(
    session: Session, reader: Reader, index: SearchIndex, query: Query, limit: int = PAGE, offset: int = 0
) -> Results:
    """What fits the query, best first. Whatever the words are, this never fails."""
    hits = index.search(dataclasses.replace(query, limit=limit + SPARE, offset=offset))
    if not hits.is_reliable:
        return _search_titles(session, query.text, limit)
    found, gone = _load(session, hits, query.text, query.phrases, PASSAGE_LENGTH, limit)
    suggestion = index.suggest(query.text) if not found and query.text else None
    offered = {right for _, right in hits.corrected} | (surfaces(suggestion or "") - surfaces(query.text))
    public = _public_words(session, index, offered, found)
    return Results(
        items=found[:limit],
        total=max(len(found), hits.total - gone),
        is_exact=hits.is_exact,
        has_more=len(found) > limit or hits.has_more,
        corrected=[(wrong, right) for wrong, right in hits.corrected if right in public],
        suggestion=suggestion if offered <= public else None,
        is_noise=hits.is_noise,
        noise=noise_of(query.text) if hits.is_noise else None,
        has_strange_words=bool(hits.unknown or hits.corrected),
    )


def _public_words(session: Session, index: SearchIndex, words: set[str], found: Sequence[Found]) -> set[str]:
    """Those of the words to offer that stand in a title or a topic which everybody may see now.

    The index offers what it read there, and may not have heard yet that it is gone.
    """
    public = words & surfaces(" ".join(each.title for each in found))
    for word in words - public:
        keys = [read_key(hit.key) for hit in index.search(Query(text=word, limit=SPARE))]
        questions = public_questions(session, [number for kind, number in keys if kind == QUESTION])
        titles = [row.title for row in questions.values()]
        articles = _articles(session, [number for kind, number in keys if kind == ARTICLE]).values()
        titles += [row.published.title for row in articles if row.published is not None]
        topics = select(Tag.name).where(Tag.name.contains(word, autoescape=True), Tag.question_count > 0).limit(SPARE)
        if word in surfaces(" ".join([*titles, *session.scalars(topics)])):
            public.add(word)
    return public


def read_query(text: str) -> Query:
    """Read what was typed into the search box."""
    return parse(text, states=frozenset({"solved", "unanswered", "answered", "waiting", "closed"}))


def similar(
    session: Session, reader: Reader, index: SearchIndex, title: str, limit: int = SIMILAR, exclude: str = ""
) -> list[Found]:
    """What resembles a question being written; of a solved one the passage is out of its accepted answer."""
    hits = index.similar(title, limit=limit + 2, exclude=exclude)
    found, _ = _load(session, hits, title, (), SHORT_PASSAGE, limit, prefer_accepted=True)
    return found[:limit]


def _load(
    session: Session,
    hits: Hits,
    words: str,
    phrases: Sequence[str],
    length: int,
    limit: int,
    *,
    prefer_accepted: bool = False,
) -> tuple[list[Found], int]:
    """The first hits that still are what the index believes, in its order, and how many are not. One more than wanted,
    or all where phrases are looked for, without passage; public rows only, for hits are for everybody."""
    keys = [(*read_key(hit.key), hit.score) for hit in hits]
    questions = public_questions(session, [row_id for kind, row_id, _ in keys if kind == QUESTION])
    articles = _articles(session, [row_id for kind, row_id, _ in keys if kind == ARTICLE])
    there = [key for key in keys if key[1] in (questions if key[0] == QUESTION else articles)]
    gone = len(keys) - len(there)
    if not phrases:
        there = there[: limit + 1]
    shown = there if phrases else there[:limit]
    ids = [row_id for kind, row_id, _ in shown if kind == QUESTION]
    answers, comments = texts_under(session, ids)
    marker = Marker(words, hits.corrected)
    found: list[Found] = []
    for kind, row_id, score in there:
        if kind == QUESTION:
            question = questions[row_id]
            own = answers.get(row_id, [])
            texts = _texts(question, own, comments.get(row_id, []))
            if phrases and not has_phrases([question.title, *(words_alone(text) for _, text in texts)], phrases):
                gone += 1
                continue
            chosen = _accepted_only(own, texts) if prefer_accepted else texts
            place, passage = _passage(marker, chosen, length) if len(found) < limit else ("", None)
            found.append(_found_question(question, score, place, passage))
        else:
            revision = articles[row_id].published
            if revision is None or (phrases and not has_phrases([revision.title, words_alone(revision.text)], phrases)):
                gone += 1
                continue
            texts = [(f"{ARTICLE}:{row_id}", revision.text)]
            place, passage = _passage(marker, texts, length) if len(found) < limit else ("", None)
            found.append(_found_article(articles[row_id], revision, score, place, passage))
    return found, gone


def _articles(session: Session, ids: Sequence[int]) -> dict[int, Article]:
    if not ids:
        return {}
    rows = session.scalars(select(Article).where(Article.id.in_(ids)).options(joinedload(Article.published)))
    return {row.id: row for row in rows if row.is_live}


def _texts(
    question: QuestionText, answers: Iterable[AnswerText], comments: Iterable[CommentText]
) -> list[tuple[str, str]]:
    """Everything that may be shown of a question, as it is written."""
    texts = [(f"answer:{answer.id}", answer.text) for answer in answers]
    texts.insert(1 if question.state == SOLVED and texts else 0, (f"{QUESTION}:{question.id}", question.text))
    texts.extend((f"comment:{comment.id}", comment.text) for comment in comments)
    return texts


def _accepted_only(answers: Iterable[AnswerText], texts: list[tuple[str, str]]) -> list[tuple[str, str]]:
    accepted = {f"answer:{answer.id}" for answer in answers if answer.is_accepted}
    return [text for text in texts if text[0] in accepted] or texts


def words_alone(text: str) -> str:
    """A text as it is written, its addresses blanked out, everything else where it was: enough to look for words,
    for a fraction of what reading its Markdown costs."""
    return _ADDRESS.sub(lambda found: " " * len(found.group()), text[:LONGEST])


def _passage(marker: Marker, texts: list[tuple[str, str]], length: int) -> tuple[str, Passage | None]:
    """The place and the passage that say most; the beginning of the first text where no word is found.

    Only the stretch that is shown is read as Markdown.
    """
    told = [marker.where(words_alone(text), length) for _, text in texts]
    best = max(range(len(texts)), key=lambda each: (told[each][0], -each))
    place, text = texts[best]
    if not text:
        return place, None
    start, end = _stretch(text, told[best][1], AROUND * length)
    passage = marker.best(_words_shown(_as_whole(text[start:end]) if start else text[:end]), length)
    return place, dataclasses.replace(
        passage,
        is_cut_before=passage.is_cut_before or start > 0,
        is_cut_after=passage.is_cut_after or end < len(text),
    )


def _as_whole(stretch: str) -> str:
    """A stretch out of the middle; rows of a table get a head again, without which their lines would be read as words."""
    columns = stretch.partition("\n")[0].strip().count("|") - 1
    return (
        f"{'|' * (columns + 1)}\n{'|-' * columns}|\n{stretch}" if stretch.startswith("|") and columns > 0 else stretch
    )


#: Whoever goes on typing is shown the same again.
_words_shown = lru_cache(maxsize=500)(plain_text)


def _stretch(text: str, at: int, around: int) -> tuple[int, int]:
    """So much around a place in a long text as a passage may need, from one line's beginning to another's end."""
    if len(text) <= 2 * around:
        return 0, len(text)
    start = text.rfind("\n", 0, max(0, at - around // 3)) + 1
    if at - start > around:
        start = at - around // 3
    end = text.find("\n", at + around // 2)
    return start, end if 0 <= end <= at + 2 * around else min(len(text), at + around)


def _found_question(question: Question | QuestionText, score: float, place: str, passage: Passage | None) -> Found:
    return Found(
        QUESTION,
        question.id,
        question.title,
        question.slug,
        passage,
        place,
        score,
        question.state,
        question.created_at,
        question.answer_count,
        question.score,
    )


def _found_article(
    article: Article, revision: ArticleRevision, score: float, place: str, passage: Passage | None
) -> Found:
    return Found(
        ARTICLE,
        article.id,
        revision.title,
        slug_of(revision.title),
        passage,
        place,
        score,
        article.state,
        article.published_at or article.created_at,
    )


def _search_titles(session: Session, words: str, limit: int) -> Results:
    """What the database alone can find while the index is being mended: titles that hold one of the words."""
    wanted = [word for word in words.split() if len(word) > 2][:6]
    if not wanted:
        return Results((), 0, True, False, is_noise=True, noise=noise_of(words), is_complete=False)
    holds = [Question.title.icontains(word, autoescape=True) for word in wanted]
    rows = session.scalars(
        select(Question)
        .where(or_(*holds), is_public(Question))
        .options(selectinload(Question.tags))
        .order_by(Question.id.desc())
        .limit(limit)
    )
    marker = Marker(words)
    items = [
        _found_question(row, 0.0, f"{QUESTION}:{row.id}", marker.best(plain_text(row.text), PASSAGE_LENGTH))
        for row in rows
    ]
    return Results(items, len(items), False, False, is_complete=False)
