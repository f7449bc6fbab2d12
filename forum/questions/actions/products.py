"""Keep the list of products: what a question can be about."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forum.accounts.actions import log_staff_act
from forum.accounts.models import User
from forum.base.causes import Cause
from forum.base.errors import Conflict, Invalid
from forum.base.once import made_before, remember_made
from forum.base.slugs import slugify
from forum.base.verdicts import require
from forum.base.words import say
from forum.questions import rules
from forum.questions.models import PRODUCT_LENGTH, Product
from forum.questions.queries import list_products

#: More do not fit a list somebody chooses from while waiting for help.
MOST_PRODUCTS = 60


@dataclass(frozen=True)
class ProductDraft:
    """What is said of a product, by language."""

    names: Mapping[str, str]
    descriptions: Mapping[str, str]

    def checked(self) -> "ProductDraft":
        """Without what was left empty; raises Invalid where no name is left."""
        names = {language: name for language, name in self.names.items() if name}
        if not names:
            raise Invalid({"": say("Give the product a name in at least one language.")})
        return ProductDraft(names, {language: text for language, text in self.descriptions.items() if text})


def add_product(session: Session, actor: User, draft: ProductDraft, now: datetime, once: str = "") -> Product:
    """Put a product at the end of the list; the same form sent again gives the product it made."""
    require(rules.may_keep_products(actor))
    made = made_before(session, f"user:{actor.id}", once)
    if made is not None and made.kind == "product":
        return session.get_one(Product, made.id)
    draft = draft.checked()
    count, last = session.execute(select(func.count(), func.max(Product.position)).select_from(Product)).one()
    if count >= MOST_PRODUCTS:
        raise Invalid({"": say("There are %(most)d products, and more do not fit the list.", most=MOST_PRODUCTS)})
    product = Product(
        slug=_free_slug(session, next(iter(draft.names.values()))),
        names=dict(draft.names),
        descriptions=dict(draft.descriptions),
        position=(last or 0) + 1,
    )
    session.add(product)
    session.flush()
    remember_made(session, f"user:{actor.id}", once, Cause.of(product), now)
    log_staff_act(session, actor, "add_product", Cause.of(product), now, after=_state(product))
    return product


def edit_product(
    session: Session, actor: User, product: Product, draft: ProductDraft, version: int, now: datetime
) -> bool:
    """Call or describe it differently, and say whether that was a change; its address stays.

    Raises Conflict when somebody else changed it meanwhile.
    """
    require(rules.may_keep_products(actor))
    draft = draft.checked()
    if (product.names, product.descriptions) == (dict(draft.names), dict(draft.descriptions)):
        return False
    if version != product.version:
        raise Conflict(say("Somebody else changed this meanwhile. Look at it again before you save."))
    before = _state(product)
    product.names, product.descriptions = dict(draft.names), dict(draft.descriptions)
    product.version += 1
    session.flush()
    log_staff_act(session, actor, "edit_product", Cause.of(product), now, before=before, after=_state(product))
    return True


def move_product(session: Session, actor: User, product: Product, up: bool, now: datetime) -> None:
    """Let it change places with its neighbour; the first cannot go up, the last not down."""
    require(rules.may_keep_products(actor))
    products = list_products(session)
    place = products.index(product)
    other = place - 1 if up else place + 1
    if not 0 <= other < len(products):
        return
    products[place], products[other] = products[other], products[place]
    for position, each in enumerate(products, 1):
        each.position = position
    session.flush()
    log_staff_act(
        session, actor, "move_product", Cause.of(product), now, before={"place": place + 1}, after={"place": other + 1}
    )


def archive_product(session: Session, actor: User, product: Product, now: datetime) -> None:
    """Offer it no longer; what was asked about it stays where it is. Twice changes nothing."""
    require(rules.may_keep_products(actor))
    if product.archived_at is None:
        product.archived_at = now
        session.flush()
        log_staff_act(session, actor, "archive_product", Cause.of(product), now)


def restore_product(session: Session, actor: User, product: Product, now: datetime) -> None:
    """Offer it again."""
    require(rules.may_keep_products(actor))
    if product.archived_at is not None:
        product.archived_at = None
        session.flush()
        log_staff_act(session, actor, "restore_product", Cause.of(product), now)


def _free_slug(session: Session, name: str) -> str:
    wanted = slugify(name)[: PRODUCT_LENGTH - 4].strip("-") or "product"
    taken = set(session.scalars(select(Product.slug).where(Product.slug.startswith(wanted, autoescape=True))))
    return next(
        slug
        for number in range(1, MOST_PRODUCTS + 2)
        if (slug := wanted if number == 1 else f"{wanted}-{number}") not in taken
    )


def _state(product: Product) -> dict[str, Any]:
    return {"names": product.names, "descriptions": product.descriptions}
