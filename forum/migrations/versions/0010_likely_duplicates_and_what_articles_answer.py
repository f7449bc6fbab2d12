"""Likely duplicates, and what articles answer"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "likely_duplicates",
        sa.Column("question_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("other_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("chance", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("denied_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["other_id"], ["questions.id"], name=op.f("fk_likely_duplicates_other_id")),
        sa.ForeignKeyConstraint(["question_id"], ["questions.id"], name=op.f("fk_likely_duplicates_question_id")),
        sa.PrimaryKeyConstraint("question_id", "other_id", name=op.f("pk_likely_duplicates")),
    )
    op.create_index("ix_likely_duplicates_chance", "likely_duplicates", ["denied_at", "chance"], unique=False)
    op.create_table(
        "article_matches",
        sa.Column("article_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("question_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("place", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_article_matches_article_id")),
        sa.ForeignKeyConstraint(["question_id"], ["questions.id"], name=op.f("fk_article_matches_question_id")),
        sa.PrimaryKeyConstraint("article_id", "question_id", name=op.f("pk_article_matches")),
    )
    op.create_table(
        "relatings",
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("row_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kind", "row_id", name=op.f("pk_relatings")),
    )


def downgrade() -> None:
    op.drop_table("relatings")
    op.drop_table("article_matches")
    op.drop_index("ix_likely_duplicates_chance", table_name="likely_duplicates")
    op.drop_table("likely_duplicates")
