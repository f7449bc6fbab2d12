"""The blueprint that the views of moderation share."""

from flask import Blueprint

pages = Blueprint("moderation", __name__)
