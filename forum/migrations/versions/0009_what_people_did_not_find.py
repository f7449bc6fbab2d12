"""What people did not find"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "search_notes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("words", sa.String(length=120), nullable=False),
        sa.Column("what", sa.String(length=10), nullable=False),
        sa.Column("is_rare", sa.Boolean(), nullable=False),
        sa.Column("count", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_notes")),
    )
    op.create_table(
        "gaps",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("terms", sa.String(length=400), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer_kind", sa.String(length=10), nullable=True),
        sa.Column("answer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gaps")),
        sa.UniqueConstraint("terms", name=op.f("uq_gaps_terms")),
    )
    op.create_index("ix_gaps_state", "gaps", ["state", "last_at", "id"], unique=False)
    op.create_table(
        "gap_wordings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("gap_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("words", sa.String(length=120), nullable=False),
        sa.Column("is_rare", sa.Boolean(), nullable=False),
        sa.Column("count", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["gap_id"], ["gaps.id"], name=op.f("fk_gap_wordings_gap_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gap_wordings")),
        sa.UniqueConstraint("words", name=op.f("uq_gap_wordings_words")),
    )
    op.create_index("ix_gap_wordings_first", "gap_wordings", ["first_at"], unique=False)
    op.create_index("ix_gap_wordings_gap", "gap_wordings", ["gap_id", "id"], unique=False)
    op.create_table(
        "gap_days",
        sa.Column("wording_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("day", sa.DateTime(timezone=True), nullable=False),
        sa.Column("empty", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("shown", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("opened", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("again", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["wording_id"], ["gap_wordings.id"], name=op.f("fk_gap_days_wording_id")),
        sa.PrimaryKeyConstraint("wording_id", "day", name=op.f("pk_gap_days")),
    )
    op.create_index("ix_gap_days_day", "gap_days", ["day"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_gap_days_day", table_name="gap_days")
    op.drop_table("gap_days")
    op.drop_index("ix_gap_wordings_gap", table_name="gap_wordings")
    op.drop_index("ix_gap_wordings_first", table_name="gap_wordings")
    op.drop_table("gap_wordings")
    op.drop_index("ix_gaps_state", table_name="gaps")
    op.drop_table("gaps")
    op.drop_table("search_notes")
