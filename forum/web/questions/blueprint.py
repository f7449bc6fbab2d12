"""The blueprint that the views of questions share."""

from flask import Blueprint

pages = Blueprint("questions", __name__)
