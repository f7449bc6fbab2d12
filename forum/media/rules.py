"""Who may show pictures, and who may take one away."""

from forum.accounts.models import Reader
from forum.base.verdicts import YES, Verdict, no
from forum.media.models import Picture


def may_upload(actor: Reader) -> Verdict:
    if not actor.is_signed_in:
        return no("Sign in to show a picture.")
    return YES


def may_remove_picture(actor: Reader, picture: Picture, is_posted: bool) -> Verdict:
    if not actor.is_signed_in:
        return no("Sign in to remove a picture.")
    if actor.id != picture.uploader_id:
        return no("Only the person who uploaded a picture can remove it.")
    if is_posted:
        return no("This picture is part of a text. Edit the text and take it out there.")
    return YES
