"""The blueprint that all pages about accounts belong to."""

from flask import Blueprint

pages = Blueprint("accounts", __name__)
