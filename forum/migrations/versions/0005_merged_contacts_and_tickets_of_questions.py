"""Merged contacts, places of numbers, whose doing an entry is, tickets without a contact"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
FROM_QUESTION = sa.text("channel = 'question'")

#: What stood on timelines because of what a joined user did.
OF_THE_USER = """
UPDATE timeline_entries SET user_id = (SELECT user_id FROM contacts WHERE contacts.id = timeline_entries.contact_id)
WHERE kind IN ('asked', 'answered', 'helped', 'promoted', 'reused') OR (kind = 'was_helped' AND cause_kind = 'answer')
"""


def upgrade() -> None:
    op.create_table(
        "contact_merges",
        sa.Column("id", ID, nullable=False),
        sa.Column("kept_id", ID, nullable=False),
        sa.Column("gone_id", ID, nullable=False),
        sa.Column("merged_by_id", ID, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by_id", ID, nullable=True),
        sa.Column("moves", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["gone_id"], ["contacts.id"], name=op.f("fk_contact_merges_gone_id")),
        sa.ForeignKeyConstraint(["kept_id"], ["contacts.id"], name=op.f("fk_contact_merges_kept_id")),
        sa.ForeignKeyConstraint(["merged_by_id"], ["users.id"], name=op.f("fk_contact_merges_merged_by_id")),
        sa.ForeignKeyConstraint(["undone_by_id"], ["users.id"], name=op.f("fk_contact_merges_undone_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_merges")),
    )
    op.create_index(op.f("ix_contact_merges_gone_id"), "contact_merges", ["gone_id"], unique=False)
    op.create_index(op.f("ix_contact_merges_kept_id"), "contact_merges", ["kept_id"], unique=False)
    op.add_column("contact_points", sa.Column("label", sa.String(length=10), server_default="", nullable=False))
    merged = sa.ForeignKey("contacts.id", name=op.f("fk_contacts_merged_into_id"))
    op.add_column("contacts", sa.Column("merged_into_id", ID, merged, nullable=True), inline_references=True)
    op.create_index("ix_contacts_folded", "contacts", ["folded"], unique=False)
    op.create_index(op.f("ix_contacts_merged_into_id"), "contacts", ["merged_into_id"], unique=False)
    allow_no_requester()
    op.create_index(
        "uq_tickets_from_question",
        "tickets",
        ["question_id"],
        unique=True,
        sqlite_where=FROM_QUESTION,
        postgresql_where=FROM_QUESTION,
    )
    user = sa.ForeignKey("users.id", name=op.f("fk_timeline_entries_user_id"))
    op.add_column("timeline_entries", sa.Column("user_id", ID, user, nullable=True), inline_references=True)
    op.create_index(op.f("ix_timeline_entries_user_id"), "timeline_entries", ["user_id"], unique=False)
    op.execute(OF_THE_USER)


def allow_no_requester() -> None:
    """On SQLite a table that others name cannot be copied; it documents this way of taking a NOT NULL away."""
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        op.alter_column("tickets", "requester_id", existing_type=sa.BigInteger(), nullable=True)
        return
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema=ON")
    changed = connection.exec_driver_sql(
        "UPDATE sqlite_schema SET sql = replace(sql, 'requester_id INTEGER NOT NULL', 'requester_id INTEGER')"
        " WHERE type = 'table' AND name = 'tickets' AND sql LIKE '%requester_id INTEGER NOT NULL%'"
    )
    if changed.rowcount != 1:
        raise RuntimeError("the table of tickets is not as it was made")
    connection.exec_driver_sql(f"PRAGMA schema_version={version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema=OFF")


def downgrade() -> None:
    raise NotImplementedError("Tickets without a contact cannot go back: restore the copy made before the upgrade.")
