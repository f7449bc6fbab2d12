"""The forms about accounts; passwords are checked and hashed in `prepare`, before any transaction."""

import secrets
from typing import Any

from flask import request, session
from wtforms import HiddenField, PasswordField, SelectField, SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.form import Form

from forum.accounts import credentials, passwords, signing_in, signing_up
from forum.accounts.emails import normalise_email
from forum.accounts.links import CHOOSE_PASSWORD, CONFIRM_SIGN_UP, RESET_PASSWORD, read_id
from forum.accounts.models import EMAIL_LENGTH, NAME_LENGTH, User
from forum.accounts.names import normalise_name
from forum.accounts.rules import SCOPES
from forum.base.errors import Invalid
from forum.base.limits import spend
from forum.base.parts import parts
from forum.base.requests import db, forget_session, now
from forum.base.words import Sentence, say
from forum.web.accounts.addresses import client_address
from forum.web.forms import Line, PageForm, Text, WrongField
from forum.web.language import language, spoken
from forum.web.people import actor

ABOUT_LENGTH = 1000

#: Every language under the name its speakers give it.
LANGUAGE_NAMES = {"it": "Italiano", "en": "English"}

WRONG_PASSWORD = say("This is not your password.")

#: Says the same whatever was wrong.
WRONG_SIGN_IN = say("The address or the password is not right. Check both, or choose a new password.")


class Secret(PasswordField):  # type: ignore[misc]
    """A password exactly as it was typed."""

    def __init__(self, label: Any, *, may_be_empty: bool = False, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.may_be_empty = may_be_empty

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = valuelist[0] if valuelist else ""

    def pre_validate(self, form: Form) -> None:
        unreadable = passwords.why_unreadable(self.data or "")
        if unreadable is not None:
            raise WrongField(unreadable)
        if not self.data and not self.may_be_empty:
            raise WrongField(say("Please fill this in."))


def checked_email(line: Line) -> str:
    """The normalised address of a field; raise Invalid about that field."""
    try:
        return normalise_email(line.data)
    except Invalid as invalid:
        raise Invalid({line.name: next(iter(invalid.errors.values()))}) from invalid


def hash_new_password(
    field: Secret, *, is_staff: bool, own_words: tuple[str, ...], errors: dict[str, Sentence] | None = None
) -> str:
    """Refuse a weak password, together with what else is wrong, and hash a good one."""
    wrong = dict(errors or {})
    weak = passwords.why_weak(field.data, is_staff=is_staff, own_words=(*own_words, parts().settings.site_name))
    if weak is not None:
        wrong[field.name] = weak
    if wrong:
        raise Invalid(wrong)
    return passwords.hash_password(field.data)


class SignUpForm(PageForm):
    """Name, address and password of somebody who wants an account."""

    name = Line(say("Name"), most=NAME_LENGTH, description=say("Others see it beside what you write."))
    email = Line(say("E-mail"), most=EMAIL_LENGTH, description=say("We send a link there. Others never see it."))
    password = Secret(
        say("Password"),
        description=say("At least %(least)d characters. Several words are easy to remember.", least=10),
    )

    wish: signing_up.Wish

    def prepare(self) -> None:
        errors, name, email = read_person(self)
        password_hash = hash_new_password(self.password, is_staff=False, own_words=(name, email), errors=errors)
        self.wish = signing_up.Wish(email, name, password_hash, language())


class SetUpForm(SignUpForm):
    """The same for the first administrator, who is staff."""

    password = Secret(
        say("Password"),
        description=say("At least %(least)d characters. Several words are easy to remember.", least=15),
    )

    def prepare(self) -> None:
        errors, name, email = read_person(self)
        password_hash = hash_new_password(self.password, is_staff=True, own_words=(name, email), errors=errors)
        self.wish = signing_up.Wish(email, name, password_hash, language())


def read_person(form: SignUpForm) -> tuple[dict[str, Sentence], str, str]:
    """Name and address as they would be kept, and everything that is wrong with them."""
    errors: dict[str, Sentence] = {}
    name = email = ""
    try:
        name = normalise_name(form.name.data, parts().settings.site_name)
    except Invalid as invalid:
        errors |= invalid.errors
    try:
        email = checked_email(form.email)
    except Invalid as invalid:
        errors |= invalid.errors
    return errors, name, email


class ConfirmForm(PageForm):
    """One button; in another browser than the one that signed up also the password."""

    password = Secret(say("The password you chose"), may_be_empty=True)

    def prepare(self) -> None:
        token = (request.view_args or {})["token"]
        sign_up = signing_up.find_open_sign_up(db(), read_id(parts().signer, CONFIRM_SIGN_UP, token), now())
        if sign_up is None or signing_up.is_from_browser(sign_up, session.get("sign_up")):
            return
        forget_session()
        parts().store.write(lambda work: spend(work, signing_up.CONFIRMING, str(sign_up.id), now()))
        if not passwords.is_right(sign_up.password_hash, self.password.data):
            raise Invalid({"password": say("This is not the password that was chosen when signing up.")})


class SignInForm(PageForm):
    """Address and password; `prepare` finds out whose they are, at the same cost for nobody's."""

    email = Line(say("E-mail"), most=EMAIL_LENGTH)
    password = Secret(say("Password"))
    next = HiddenField(default="")

    address: str = ""
    claimed: int = 0
    checked_hash: str | None = None
    is_right: bool = False
    new_hash: str | None = None

    def prepare(self) -> None:
        self.address = checked_email(self.email)
        client, moment = client_address(), now()
        parts().store.write(lambda work: signing_in.count_try(work, self.address, client, moment))
        self.claimed, self.checked_hash = signing_in.find_claimed(db(), self.address)
        forget_session()
        self.is_right = passwords.is_right(self.checked_hash, self.password.data)
        if self.is_right and self.checked_hash and passwords.is_outdated(self.checked_hash):
            self.new_hash = passwords.hash_password(self.password.data)


class ForgottenForm(PageForm):
    """The address of an account whose password is lost."""

    email = Line(say("E-mail"), most=EMAIL_LENGTH)

    address: str = ""

    def prepare(self) -> None:
        self.address = checked_email(self.email)


class NewPasswordForm(PageForm):
    """A new password for whoever holds a link."""

    password = Secret(
        say("New password"),
        description=say("At least %(least)d characters. Several words are easy to remember.", least=10),
    )

    password_hash: str = ""

    def prepare(self) -> None:
        arguments = request.view_args or {}
        purpose = RESET_PASSWORD if arguments["kind"] == "reset" else CHOOSE_PASSWORD
        user = credentials.find_by_link(db(), parts().signer, purpose, arguments["token"])
        if user is None:
            return
        forget_session()
        self.password_hash = hash_new_password(self.password, is_staff=user.is_staff, own_words=own_words(user))


class ProfileForm(PageForm):
    """Who I am to others, and how the pages speak to me."""

    name = Line(say("Name"), most=NAME_LENGTH, description=say("Others see it beside what you write."))
    about = Text(
        say("About you"), least=0, most=ABOUT_LENGTH, description=say("A few plain sentences on your public profile.")
    )
    language = SelectField(say("Language"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.language.choices = language_choices()

    def prepare(self) -> None:
        person = actor()
        # Staff were given their names by the company, which may be called like itself.
        site_name = "" if person.is_staff else parts().settings.site_name
        if self.name.data != person.name:
            self.name.data = normalise_name(self.name.data, site_name)


class CurrentPassword(PageForm):
    """What both changes of credentials ask for first."""

    current = Secret(say("Your current password"))

    checked_hash: str = ""

    def check_current(self) -> None:
        """Raise Invalid where the password is not the signed-in person's; tries are counted."""
        person = actor()
        user_id, kept = person.id, person.password_hash
        forget_session()
        parts().store.write(lambda work: spend(work, signing_in.TRIES_AGAIN, f"user:{user_id}", now()))
        if not passwords.is_right(kept, self.current.data):
            raise Invalid({"current": WRONG_PASSWORD})
        self.checked_hash = kept or ""


class PasswordForm(CurrentPassword):
    """Another password, for somebody who knows the old one."""

    password = Secret(say("New password"))

    password_hash: str = ""

    def prepare(self) -> None:
        person = actor()
        staff, words = person.is_staff, own_words(person)
        self.check_current()
        if self.password.data == self.current.data:
            raise Invalid({"password": say("This is the password you have now.")})
        self.password_hash = hash_new_password(self.password, is_staff=staff, own_words=words)


class EmailForm(CurrentPassword):
    """Another address, for somebody who knows the password."""

    email = Line(say("New e-mail"), most=EMAIL_LENGTH)

    address: str = ""

    def prepare(self) -> None:
        self.address = checked_email(self.email)
        if self.address == actor().email:
            raise Invalid({"email": say("This is the address you have now.")})
        self.check_current()


class DataForm(CurrentPassword):
    """A copy of everything kept about me, for somebody who knows the password."""

    def prepare(self) -> None:
        self.check_current()


class LeaveForm(CurrentPassword):
    """The end of an account, for somebody who knows the password."""

    posts = SelectField(say("What you wrote"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.posts.choices = [
            SelectChoice("keep", spoken(say("Stays, under “Former member”"))),
            SelectChoice("remove", spoken(say("Is removed too"))),
        ]

    def prepare(self) -> None:
        self.check_current()


class TokenForm(PageForm):
    """A token for a program that acts for me."""

    name = Line(say("What it is for"), most=80, description=say("So that you know later which one to revoke."))
    scopes = SelectMultipleField(say("What it may do"), choices=list(SCOPES))

    def prepare(self) -> None:
        self.scopes.data = self.scopes.data or []


class PreferencesForm(PageForm):
    """Colours, language and keys; each may be sent alone, by the switches at the foot of every page."""

    theme = SelectField(say("Colours"), validate_choice=False)
    language = SelectField(say("Language"), validate_choice=False)
    keys = SelectField(say("Single keys"), validate_choice=False)
    next = HiddenField(default="")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.theme.choices = [
            SelectChoice("auto", spoken(say("As the device"))),
            SelectChoice("light", spoken(say("Light"))),
            SelectChoice("dark", spoken(say("Dark"))),
        ]
        self.language.choices = language_choices()
        self.keys.choices = [
            SelectChoice("on", spoken(say("Switched on"))),
            SelectChoice("off", spoken(say("Switched off"))),
        ]

    def chosen(self, field: SelectField) -> str | None:
        """What was chosen out of what there is, or None."""
        allowed = {choice.value for choice in field.choices}
        return field.data if field.data in allowed else None


class Nothing(PageForm):
    """A form that is only a button."""


def language_choices() -> list[SelectChoice]:
    """The languages of this site."""
    return [SelectChoice(code, LANGUAGE_NAMES[code]) for code in parts().settings.languages]


def own_words(user: User) -> tuple[str, ...]:
    """What others know of somebody and try first as their password."""
    return user.name, user.email or ""


def browser_secret() -> str:
    """What only this browser knows, kept until somebody signs in with it."""
    kept = session.get("sign_up")
    if not isinstance(kept, str):
        kept = session["sign_up"] = secrets.token_urlsafe(24)
    return kept
