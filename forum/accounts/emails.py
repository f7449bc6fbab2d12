"""E-mail addresses as they are kept and compared: lower case, domain in IDNA."""

from email_validator import EmailNotValidError, validate_email

from forum.accounts.models import EMAIL_LENGTH
from forum.base.errors import Invalid
from forum.base.words import say


def normalise_email(text: str) -> str:
    """The one form of an address; raise Invalid, about the field `email`, for what cannot be one.

    Nobody is asked whether the address exists: the mail with the link finds out. Names that only an
    intranet knows (`.local`, `.test`) are taken, a domain without a dot is a slip of the pen.
    """
    try:
        found = validate_email(
            text.strip(), check_deliverability=False, allow_smtputf8=False, globally_deliverable=False
        )
    except EmailNotValidError as wrong:
        raise _invalid() from wrong
    address = (found.ascii_email or "").lower()
    if "." not in address.partition("@")[2] or not 3 <= len(address) <= EMAIL_LENGTH:
        raise _invalid()
    return address


def _invalid() -> Invalid:
    return Invalid({"email": say("This is not an e-mail address. It should look like anna@example.it.")})
