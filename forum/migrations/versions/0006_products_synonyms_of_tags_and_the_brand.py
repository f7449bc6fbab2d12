"""Products, synonyms of tags, and the brand"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "products",
        sa.Column("id", BIG, nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("descriptions", sa.JSON(), nullable=False),
        sa.Column("position", BIG, nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_products")),
        sa.UniqueConstraint("slug", name=op.f("uq_products_slug")),
    )
    op.create_table(
        "brands",
        sa.Column("id", BIG, nullable=False),
        sa.Column("site_name", sa.String(length=60), nullable=False),
        sa.Column("company", sa.String(length=60), nullable=False),
        sa.Column("accent", sa.String(length=7), nullable=False),
        sa.Column("logo", sa.LargeBinary(), nullable=True),
        sa.Column("logo_type", sa.String(length=20), nullable=False),
        sa.Column("logo_hash", sa.String(length=16), nullable=False),
        sa.Column("changed_by_id", BIG, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["changed_by_id"], ["users.id"], name=op.f("fk_brands_changed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_brands")),
        sqlite_autoincrement=True,
    )
    # Columns that refer to a table are added with the reference in them, so that SQLite need not copy the table.
    product = sa.ForeignKey("products.id", name=op.f("fk_questions_product_id"))
    op.add_column("questions", sa.Column("product_id", BIG, product, nullable=True), inline_references=True)
    op.create_index("ix_questions_product", "questions", ["product_id", "created_at", "id"], unique=False)
    op.add_column("revisions", sa.Column("product", sa.String(length=60), nullable=True))
    meant = sa.ForeignKey("tags.id", name=op.f("fk_tags_meant_id"))
    op.add_column("tags", sa.Column("meant_id", BIG, meant, nullable=True), inline_references=True)
    op.create_index(op.f("ix_tags_meant_id"), "tags", ["meant_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("tags") as tags:
        tags.drop_index(op.f("ix_tags_meant_id"))
        tags.drop_column("meant_id")
    op.drop_column("revisions", "product")
    with op.batch_alter_table("questions") as questions:
        questions.drop_index("ix_questions_product")
        questions.drop_column("product_id")
    op.drop_table("brands")
    op.drop_table("products")
