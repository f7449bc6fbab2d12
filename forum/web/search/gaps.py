"""What people did not find: the list, one gap with its wordings, and what is done about it."""

import re
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from forum.accounts.models import User
from forum.base.errors import Invalid, NotFound
from forum.base.parts import parts
from forum.base.requests import db, now, writes
from forum.base.texts import Unclean, bounded_id
from forum.base.verdicts import require
from forum.base.words import Sentence, say
from forum.knowledge.models import Article
from forum.knowledge.queries import find_article
from forum.knowledge.rules import may_write
from forum.questions.models import Question
from forum.questions.queries import find_question
from forum.search import gaps, queries, rules
from forum.search.documents import ARTICLE, QUESTION
from forum.search.gaps import DEEPEST, KINDS, PAGE, Wish
from forum.search.models import ANSWERED, DISMISSED, OPEN, Gap
from forum.search.queries import Found
from forum.web.context import own_name
from forum.web.forms import Line, PageForm, form_from, takes
from forum.web.knowledge.addresses import article_url
from forum.web.language import gettext
from forum.web.people import actor
from forum.web.questions.addresses import question_url
from forum.web.search.hits import pages

STATE_TABS: dict[str, Sentence] = {OPEN: say("Waiting"), ANSWERED: say("Answered"), DISMISSED: say("Set aside")}
KIND_WORDS: dict[str, Sentence] = {
    "empty": say("Nothing was found"),
    "again": say("Worded anew"),
    "left": say("Left without opening anything"),
}
PERIODS: dict[int, Sentence] = {
    7: say("The last 7 days"),
    30: say("The last 30 days"),
    90: say("The last 90 days"),
}

#: A number, or an address of a question or an article as it is copied from the browser, or as our buttons send it.
_ANSWER = re.compile(r"(?:.*?/)?(?:(questions|kb|question|article)[/:])?#?([1-9][0-9]{0,17})(?:[/?#].*)?")

#: Hits looked through to say whether what answers it is found now.
LOOKED_THROUGH = 10

#: Hits shown with a button that says: this answers it.
OFFERED = 3


class AnswerForm(PageForm):
    """What answers a gap now."""

    answer = Line(
        say("What answers it"),
        most=500,
        description=say("The address of a question or an article on this site, or the number of a question."),
    )

    @property
    def chosen(self) -> tuple[str, int]:
        """The kind and number; raises Invalid for what is none."""
        found = _ANSWER.fullmatch(self.answer.data or "")
        try:
            number = bounded_id(found[2]) if found else 0
        except Unclean:
            number = 0
        if not found or not number:
            raise Invalid({"answer": say("This is no address of a question or an article here.")})
        return (ARTICLE if found[1] in ("kb", "article") else QUESTION), number


@dataclass(frozen=True)
class Now:
    """What the search gives today for the wording that is looked for most."""

    found: list[Found]
    #: Where the answer stands among the hits, from 1; 0 when it is not among them.
    place: int


def keeper() -> User:
    """Whoever looks at what people did not find; a visitor is asked in, anybody else refused."""
    who = actor()
    require(rules.may_see_gaps(who))
    return who


@pages.get("/search/gaps")
def list_gaps() -> str:
    """What was looked for without luck, that which costs people most first."""
    who = keeper()
    wish, turned = _wish(), _turned()
    rows, has_more = gaps.list_gaps(db(), who, wish, now(), turned * PAGE)
    chosen = _kept(wish)
    return render_template(
        "search/gaps.html",
        rows=rows,
        wish=wish,
        is_narrowed=bool(wish.kind or wish.language or wish.days != Wish.days),
        unspelled=gaps.count_unspelled(db(), who, wish, now()),
        tabs_=[
            {"label": label, "url": _address(chosen, state=state), "is_current": state == wish.state}
            for state, label in STATE_TABS.items()
        ],
        kinds=KIND_WORDS,
        languages=[(code, own_name(code)) for code in parts().settings.languages],
        periods=PERIODS,
        previous_url=_address(chosen, page=turned - 1) if turned else None,
        next_url=_address(chosen, page=turned + 1) if has_more and turned < DEEPEST else None,
    )


def _wish() -> Wish:
    """What was chosen; unknown choices choose nothing."""
    state, kind = request.args.get("state", ""), request.args.get("kind", "")
    language, days = request.args.get("language", ""), request.args.get("days", "")
    return Wish(
        state if state in STATE_TABS else OPEN,
        kind if kind in KINDS else "",
        language if language in parts().settings.languages else "",
        next((each for each in PERIODS if str(each) == days), Wish.days),
    )


def _turned() -> int:
    given = request.args.get("page", "")
    return min(int(given), DEEPEST) if given.isascii() and given.isdigit() and len(given) < 4 else 0


def _kept(wish: Wish) -> dict[str, Any]:
    named = {"state": wish.state, "kind": wish.kind, "language": wish.language, "days": wish.days}
    standard = {"state": OPEN, "kind": "", "language": "", "days": Wish.days}
    return {name: value for name, value in named.items() if value != standard[name]}


def _address(chosen: dict[str, Any], **changes: Any) -> str:
    wanted = {name: value for name, value in {**chosen, **changes}.items() if value and value != OPEN}
    return url_for("search.list_gaps", **wanted)


@pages.get("/search/gaps/<int:gap_id>")
def show_gap(gap_id: int, form: AnswerForm | None = None) -> str:
    """One gap: its wordings, what the search gives for it today, and what can be done."""
    who = keeper()
    gap = gaps.find_gap(db(), who, gap_id)
    wordings = gaps.list_wordings(db(), who, gap, now())
    words = next((wording.words for wording in wordings if wording.words), "")
    answer = gaps.answer_of(db(), gap)
    return render_template(
        "search/gap.html",
        gap=gap,
        words=words,
        wordings=wordings,
        answer=answer,
        answer_title=_title(answer),
        answer_url=_url(answer),
        is_answer_gone=gap.answer_id is not None and answer is None,
        today=_look(who, words, gap),
        form=form or form_from(AnswerForm),
        may_answer=rules.may_answer_gap(who, gap),
        may_dismiss=rules.may_dismiss_gap(who, gap),
        may_reopen=rules.may_reopen_gap(who, gap),
        write_url=url_for("knowledge.new_article", title=_as_title(words)) if may_write(who) else None,
        ask_url=url_for("questions.ask", title=_as_title(words)),
        state_word=STATE_TABS[gap.state],
    )


def _look(who: User, words: str, gap: Gap) -> Now:
    """Search once more, as anybody would."""
    if not words:
        return Now([], 0)
    found = list(queries.search(db(), who, parts().index, queries.read_query(words), limit=LOOKED_THROUGH).items)
    places = [place for place, hit in enumerate(found, 1) if (hit.kind, hit.id) == (gap.answer_kind, gap.answer_id)]
    return Now(found[:OFFERED], places[0] if places else 0)


def _as_title(words: str) -> str:
    return words[:1].upper() + words[1:]


def _title(answer: Question | Article | None) -> str:
    if answer is None:
        return ""
    return answer.title if isinstance(answer, Question) else answer.public_title


def _url(answer: Question | Article | None) -> str:
    if answer is None:
        return ""
    return question_url(answer) if isinstance(answer, Question) else article_url(answer)


def answer_again(form: AnswerForm, gap_id: int) -> str:
    return show_gap(gap_id, form)


@pages.post("/search/gaps/<int:gap_id>/answer")
@takes(AnswerForm, again=answer_again)
@writes
def answer_gap(form: AnswerForm, gap_id: int) -> Response:
    """Say what answers it, and show at once whether it is found by these words."""
    who = keeper()
    gap = gaps.find_gap(db(), who, gap_id)
    kind, number = form.chosen
    try:
        (find_article if kind == ARTICLE else find_question)(db(), who, number)
    except NotFound as missing:
        raise Invalid({"answer": say("This is no address of a question or an article here.")}) from missing
    gaps.answer_gap(db(), who, gap, kind, number, now())
    _say(gettext("Answered. Below you see whether these words find it now."), gap)
    return redirect(url_for("search.show_gap", gap_id=gap.id), 303)


@pages.post("/search/gaps/<int:gap_id>/dismiss")
@writes
def dismiss_gap(gap_id: int) -> Response:
    """Set it aside, and go on with the list."""
    who = keeper()
    gap = gaps.find_gap(db(), who, gap_id)
    gaps.dismiss_gap(db(), who, gap, now())
    _say(gettext("Set aside. It is still counted."), gap)
    return redirect(url_for("search.list_gaps"), 303)


@pages.post("/search/gaps/<int:gap_id>/reopen")
@writes
def reopen_gap(gap_id: int) -> Response:
    """Put it back among those that wait."""
    who = keeper()
    gap = gaps.find_gap(db(), who, gap_id)
    gaps.reopen_gap(db(), who, gap, now())
    flash(gettext("It waits for somebody again."), "ok")
    return redirect(url_for("search.show_gap", gap_id=gap.id), 303)


def _say(said: str, gap: Gap) -> None:
    undo = url_for("search.reopen_gap", gap_id=gap.id)
    flash(Markup(render_template("questions/_undo.html", said=said, undo_url=undo)), "ok")  # noqa: S704
