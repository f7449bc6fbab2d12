"""Runs migrations on the connection that the command hands in."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import MetaData

from forum.base.db import NameSet, UtcDateTime


def metadata() -> MetaData:
    """All tables of all capabilities."""
    import forum.api.models
    import forum.base.limits
    import forum.base.once
    import forum.base.outbox
    import forum.brand.models
    import forum.drafts.models
    import forum.media.models
    import forum.moderation.models
    import forum.search.models
    import forum.tickets.models
    import forum.transfer.models  # noqa: F401
    from forum.base.db import Model

    return Model.metadata


def render_item(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write our column types as what they are to the database, so that old migrations need no code of ours."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, NameSet):
        return "sa.String(length=200)"
    return False


def run() -> None:
    """Migrate within the caller's transaction."""
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=metadata(),
        render_item=render_item,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


if getattr(context, "_proxy", None) is not None:
    run()
