"""What forms have in common: cleaned input, sentences for errors, and being shown again with what is wrong."""

import hashlib
import secrets
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any, ClassVar, TypeVar

from flask import redirect, request, url_for
from wtforms import Form, HiddenField, PasswordField, SelectField, StringField, TextAreaField, ValidationError

from forum.base.errors import Invalid
from forum.base.once import KEY_LENGTH
from forum.base.requests import forget_session
from forum.base.texts import Unclean, clean_line, clean_text
from forum.base.words import Sentence, say, say_many
from forum.web.holes import Hole
from forum.web.language import spoken
from forum.web.people import here, reader

F = TypeVar("F", bound="PageForm")

#: Beside a key of its own, enough to tell two contents of one form apart.
FINGERPRINT_LENGTH = 32


class PageForm(Form):  # type: ignore[misc]
    """A form of a page. `prepare` is the place for slow work, before any lock is held."""

    class Meta:
        locales: ClassVar[list[str]] = []

    #: Sent with forms that make something, so that sending twice makes one.
    once = HiddenField(default=Hole(lambda: secrets.token_hex(16)))

    @property
    def once_key(self) -> str:
        """The key of this form with this in it, sent there; or nothing where the key was tampered with.

        Whoever goes back to a form that was sent and writes something else in it means a second thing, which
        would be lost without a word if the key alone were looked at.
        """
        key = self.once.data or ""
        if not 0 < len(key) <= KEY_LENGTH - FINGERPRINT_LENGTH or not key.isascii() or not key.isalnum():
            return ""
        sent = [
            (name, field.raw_data)
            for name, field in self._fields.items()
            # A quick hash of a password would help whoever steals the database.
            if name != "once" and not isinstance(field, PasswordField)
        ]
        fingerprint = hashlib.sha256(repr((request.full_path, sent)).encode()).hexdigest()
        return key + fingerprint[:FINGERPRINT_LENGTH]

    def prepare(self) -> None:
        """Do what is slow (render, hash); raise Invalid for what that shows to be wrong."""

    def take_errors(self, errors: dict[str, Sentence]) -> None:
        """Show errors that the domain found next to the fields they are about."""
        for name, sentence in errors.items():
            field = self._fields.get(name)
            if field is None:
                self.form_errors.append(sentence)
            else:
                field.errors = [*field.errors, sentence]


class SpokenChoice(SelectField):  # type: ignore[misc]
    """A choice from a list whose words are sentences; wtforms would print them in English."""

    def iter_choices(self) -> Iterator[Any]:
        for choice in super().iter_choices():
            yield choice._replace(label=spoken(choice.label))


class Line(StringField):  # type: ignore[misc]
    """One line of text, cleaned; too short, too long or unreadable is said in a sentence."""

    cleaner: Callable[..., str] = staticmethod(clean_line)

    def __init__(self, label: Any, *, least: int = 1, most: int = 200, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.least, self.most = least, most

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = valuelist[0] if valuelist else ""

    def pre_validate(self, form: Form) -> None:
        try:
            self.data = self.cleaner(self.data or "")
        except Unclean as unclean:
            raise WrongField(unclean.reason) from unclean
        length = len(self.data)
        if length < self.least:
            raise WrongField(
                say("Please fill this in.")
                if not length
                else say_many(
                    "Please write at least %(num)d character.",
                    "Please write at least %(num)d characters.",
                    self.least,
                )
            )
        if length > self.most:
            raise WrongField(
                say("This is %(length)d characters long; at most %(most)d fit.", length=length, most=self.most)
            )


class Text(Line, TextAreaField):  # type: ignore[misc]
    """Several lines of text, cleaned."""

    cleaner = staticmethod(clean_text)


class WrongField(ValidationError):  # type: ignore[misc]
    """Carries a Sentence to WTForms, which keeps the first argument of what it catches."""


def takes(
    form_class: type[F], again: Callable[..., Any], *, visitors: bool = False
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Read and check a form before the view's transaction begins.

    The view gets the form as its first argument. `again(form, **arguments of the view)` shows the page with
    what is wrong, answered 422, after this check or after an Invalid from the domain. A visitor is sent to
    sign in before anything is read, unless `visitors` may use the form.
    """

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def with_form(**kwargs: Any) -> Any:
            if not visitors and not reader().is_signed_in:
                return to_sign_in()
            form = form_class(request.form)
            if not form.validate():
                return again(form, **kwargs), 422
            forget_session()
            try:
                form.prepare()
                # What preparing read must not be held open while the view waits for its turn.
                forget_session()
                return view(form, **kwargs)
            except Invalid as invalid:
                form.take_errors(invalid.errors)
                return again(form, **kwargs), 422

        return with_form

    return decorate


def to_sign_in() -> Any:
    """Ask the visitor in, and remember where they were; a text they had written waits in the form to sign in."""
    if request.method == "POST" and request.form.get("draft_for"):
        # The entrance stands above: it is a page with forms like all others.
        from forum.web.accounts.keeping import sign_in_first

        return sign_in_first()
    return redirect(url_for("accounts.sign_in", next=here()), 303)


def form_from(form_class: type[F], **values: Any) -> F:
    """A fresh form with these values in it, for the page that shows it first."""
    return form_class(data=values)
