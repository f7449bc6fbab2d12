"""The same actions as JSON."""

from flask import Flask


def install(app: Flask) -> None:
    """Give an application the API."""
