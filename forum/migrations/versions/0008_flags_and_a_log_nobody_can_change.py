"""Flags, and a log nobody can change"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

REFUSAL = "rows of this table are only added, never changed or taken out"

#: Rows of the log are only ever emptied of their words; whoever copies this table in a later step has to make the
#: guards again.
GUARDS = {
    "sqlite": (
        "CREATE TRIGGER staff_acts_keeps_update BEFORE UPDATE ON staff_acts WHEN NOT (NEW.id IS OLD.id"
        " AND NEW.actor_id IS OLD.actor_id AND NEW.verb IS OLD.verb AND NEW.target_kind IS OLD.target_kind"
        " AND NEW.target_id IS OLD.target_id AND NEW.at IS OLD.at"
        " AND NEW.before = '{}' AND NEW.after = '{}' AND NEW.why = '')"
        f" BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
        "CREATE TRIGGER staff_acts_keeps_delete BEFORE DELETE ON staff_acts"
        f" BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION staff_acts_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " IF TG_OP = 'UPDATE' THEN"
        " IF to_jsonb(NEW) - ARRAY['before', 'after', 'why'] = to_jsonb(OLD) - ARRAY['before', 'after', 'why']"
        " AND NEW.before::text = '{}' AND NEW.after::text = '{}' AND NEW.why::text = '' THEN RETURN NEW; END IF; END IF;"
        f" RAISE EXCEPTION '{REFUSAL}'; END $$",
        "CREATE TRIGGER staff_acts_keeps_rows BEFORE UPDATE OR DELETE ON staff_acts"
        " FOR EACH ROW EXECUTE FUNCTION staff_acts_are_kept()",
        "CREATE TRIGGER staff_acts_keeps_all BEFORE TRUNCATE ON staff_acts"
        " FOR EACH STATEMENT EXECUTE FUNCTION staff_acts_are_kept()",
    ),
}
RELEASE = {
    "sqlite": ("DROP TRIGGER staff_acts_keeps_update", "DROP TRIGGER staff_acts_keeps_delete"),
    "postgresql": (
        "DROP TRIGGER staff_acts_keeps_rows ON staff_acts",
        "DROP TRIGGER staff_acts_keeps_all ON staff_acts",
        "DROP FUNCTION staff_acts_are_kept()",
    ),
}


def upgrade() -> None:
    connection = op.get_bind()
    for statement in GUARDS[connection.dialect.name]:
        connection.exec_driver_sql(statement)
    op.create_table(
        "review_items",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("target_kind", sa.String(length=20), nullable=False),
        sa.Column("target_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("question_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("author_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("flagged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rank_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("flag_count", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("text_version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("round", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("claimed_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("fk_review_items_author_id")),
        sa.ForeignKeyConstraint(["claimed_by_id"], ["users.id"], name=op.f("fk_review_items_claimed_by_id")),
        sa.ForeignKeyConstraint(["question_id"], ["questions.id"], name=op.f("fk_review_items_question_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_items")),
    )
    op.create_index("ix_review_items_author", "review_items", ["author_id", "id"], unique=False)
    op.create_index("ix_review_items_waiting", "review_items", ["state", "rank_at", "id"], unique=False)
    op.create_index(
        "uq_review_items_before_us",
        "review_items",
        ["target_kind", "target_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('open', 'mending')"),
        postgresql_where=sa.text("state IN ('open', 'mending')"),
    )
    op.create_table(
        "decisions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("round", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("moderator_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("why", sa.String(length=300), nullable=False),
        sa.Column("text_version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("did", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["item_id"], ["review_items.id"], name=op.f("fk_decisions_item_id")),
        sa.ForeignKeyConstraint(["moderator_id"], ["users.id"], name=op.f("fk_decisions_moderator_id")),
        sa.ForeignKeyConstraint(["undone_by_id"], ["users.id"], name=op.f("fk_decisions_undone_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
        sa.UniqueConstraint("item_id", "round", name=op.f("uq_decisions_item_id_round")),
    )
    op.create_index("ix_decisions_at", "decisions", ["at", "id"], unique=False)
    op.create_table(
        "flags",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("flagger_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("words", sa.String(length=500), nullable=False),
        sa.Column("text_version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "reason IN ('dangerous', 'private', 'rude', 'spam', 'wrong_place', 'other')", name=op.f("ck_flags_reason")
        ),
        sa.ForeignKeyConstraint(["flagger_id"], ["users.id"], name=op.f("fk_flags_flagger_id")),
        sa.ForeignKeyConstraint(["item_id"], ["review_items.id"], name=op.f("fk_flags_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flags")),
        sa.UniqueConstraint("item_id", "flagger_id", name=op.f("uq_flags_item_id_flagger_id")),
    )
    op.create_index("ix_flags_flagger", "flags", ["flagger_id", "id"], unique=False)


def downgrade() -> None:
    connection = op.get_bind()
    for statement in RELEASE[connection.dialect.name]:
        connection.exec_driver_sql(statement)
    op.drop_index("ix_flags_flagger", table_name="flags")
    op.drop_table("flags")
    op.drop_index("ix_decisions_at", table_name="decisions")
    op.drop_table("decisions")
    op.drop_index(
        "uq_review_items_before_us",
        table_name="review_items",
        sqlite_where=sa.text("state IN ('open', 'mending')"),
        postgresql_where=sa.text("state IN ('open', 'mending')"),
    )
    op.drop_index("ix_review_items_waiting", table_name="review_items")
    op.drop_index("ix_review_items_author", table_name="review_items")
    op.drop_table("review_items")
