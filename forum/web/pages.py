"""Every page there is, by the capability it belongs to."""

from flask import Blueprint, Flask

from forum.web.converters import IdConverter

#: In the order of the stack; an address belongs to one of them.
BLUEPRINTS: tuple[Blueprint, ...] = ()


def register_pages(app: Flask) -> None:
    """Bring the blueprints of all capabilities together."""
    app.url_map.converters["int"] = IdConverter
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
