"""Let people see what a text will become: by script beside it, or on the page that comes back."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import Response, jsonify, request
from sqlalchemy.orm import Session

from forum.base.errors import Invalid
from forum.base.limits import Limit, spend
from forum.base.parts import parts
from forum.base.requests import now
from forum.base.texts import Unclean, clean_text
from forum.base.words import say
from forum.questions.actions.keeping import HOUR
from forum.questions.models import TEXT_LENGTH
from forum.web.forms import Text, to_sign_in
from forum.web.language import spoken
from forum.web.pace import PREVIEWS as PACE
from forum.web.pace import keep_pace
from forum.web.people import actor, reader
from forum.web.questions.forms import WrittenForm
from forum.web.writing import rendered

F = TypeVar("F", bound=WrittenForm)

#: A preview costs what a post costs and is asked for more often.
PREVIEWS = Limit("previews", 300, HOUR)


class PreviewForm(WrittenForm):
    text = Text(say("Text"), most=TEXT_LENGTH)

    def prepare(self) -> None:
        count_preview()
        super().prepare()


def preview_refused(form: PreviewForm) -> Response:
    """The sentence that says what is wrong with the text."""
    said = spoken(form.text.errors[0])
    return jsonify(title=said, detail=said)


def count_preview() -> None:
    """Count before the work, in a transaction that holds nothing else; raises TooMany."""
    who, moment = f"user:{actor().id}", now()
    keep_pace(PACE)

    def count(session: Session) -> None:
        spend(session, PREVIEWS, who, moment)

    parts().store.write(count)


def previews(form_class: type[F], again: Callable[..., Any]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Answer the button "Preview" of a form: without script the page comes back with the text and what it becomes."""

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def with_preview(**kwargs: Any) -> Any:
            if not request.form.get("preview"):
                return view(**kwargs)
            if not reader().is_signed_in:
                return to_sign_in()
            form = form_class(request.form)
            count_preview()
            try:
                form.text.data = clean_text(form.text.data)
                html = rendered(form.text.data).html
            except Unclean as unclean:
                form.take_errors({"text": unclean.reason})
                return again(form, **kwargs), 422
            except Invalid as invalid:
                form.take_errors(invalid.errors)
                return again(form, **kwargs), 422
            return again(form, **kwargs, preview_html=html)

        return with_preview

    return decorate
