"""Joining, following, redacted versions"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "follows",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("question_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("tag_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("is_implied", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(question_id IS NULL) <> (tag_id IS NULL)", name=op.f("ck_follows_one_thing")),
        sa.ForeignKeyConstraint(["question_id"], ["questions.id"], name=op.f("fk_follows_question_id")),
        sa.ForeignKeyConstraint(["tag_id"], ["tags.id"], name=op.f("fk_follows_tag_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_follows_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follows")),
        sa.UniqueConstraint("user_id", "question_id", name="uq_follows_question"),
        sa.UniqueConstraint("user_id", "tag_id", name="uq_follows_tag"),
    )
    op.create_index(op.f("ix_follows_question_id"), "follows", ["question_id"], unique=False)
    op.create_index(op.f("ix_follows_tag_id"), "follows", ["tag_id"], unique=False)
    op.create_table(
        "me_toos",
        sa.Column("question_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["question_id"], ["questions.id"], name=op.f("fk_me_toos_question_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_me_toos_user_id")),
        sa.PrimaryKeyConstraint("question_id", "user_id", name=op.f("pk_me_toos")),
    )
    op.create_index(op.f("ix_me_toos_user_id"), "me_toos", ["user_id"], unique=False)
    op.add_column("article_revisions", sa.Column("redacted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("article_revisions", sa.Column("redacted_why", sa.String(length=300), nullable=True))
    op.add_column("questions", sa.Column("needs_help_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "questions",
        sa.Column(
            "too_count", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), server_default="0", nullable=False
        ),
    )
    op.add_column("revisions", sa.Column("redacted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("revisions", sa.Column("redacted_why", sa.String(length=300), nullable=True))


def downgrade() -> None:
    op.drop_column("revisions", "redacted_why")
    op.drop_column("revisions", "redacted_at")
    op.drop_column("questions", "too_count")
    op.drop_column("questions", "needs_help_at")
    op.drop_column("article_revisions", "redacted_why")
    op.drop_column("article_revisions", "redacted_at")
    op.drop_index(op.f("ix_me_toos_user_id"), table_name="me_toos")
    op.drop_table("me_toos")
    op.drop_index(op.f("ix_follows_tag_id"), table_name="follows")
    op.drop_index(op.f("ix_follows_question_id"), table_name="follows")
    op.drop_table("follows")
