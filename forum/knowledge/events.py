"""What can happen to articles."""

from dataclasses import dataclass


@dataclass(frozen=True)
class AnswerPromoted:
    """A draft was made from an accepted answer."""

    article_id: int
    answer_id: int


@dataclass(frozen=True)
class ArticleSaved:
    """A newer revision was written; readers still see what was published."""

    article_id: int
    number: int


@dataclass(frozen=True)
class ReviewAsked:
    """An editor thinks the newest revision is ready to be published."""

    article_id: int


@dataclass(frozen=True)
class ArticlePublished:
    """Another editor approved: readers see the newest revision from now on."""

    article_id: int


@dataclass(frozen=True)
class ArticleReturned:
    """Another editor gave the newest revision back, with a comment."""

    article_id: int


@dataclass(frozen=True)
class ArticleArchived:
    """Readers no longer see it."""

    article_id: int


@dataclass(frozen=True)
class ArticleRestored:
    """It is back from the archive, and live if it was published before."""

    article_id: int


@dataclass(frozen=True)
class ArticleDiscarded:
    """A draft that was never published is gone."""

    article_id: int


@dataclass(frozen=True)
class QuestionGathered:
    """The questions that an article answers are others now."""

    article_id: int


@dataclass(frozen=True)
class ArticleDoubted:
    """Somebody asks, with a reason, that a published article be looked at again."""

    article_id: int


@dataclass(frozen=True)
class ArticleRedacted:
    """The words of an earlier revision are gone."""

    article_id: int
    number: int


@dataclass(frozen=True)
class SourceChanged:
    """The answer a published article rests on is no longer what the article was checked against."""

    article_id: int
