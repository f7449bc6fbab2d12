"""The blueprint that the views of the knowledge base share."""

from flask import Blueprint

pages = Blueprint("knowledge", __name__)
