"""The list of products, as an administrator keeps it."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response
from wtforms import Field

from config import KNOWN_LANGUAGES
from forum.base.parts import parts
from forum.base.requests import db, now, writes
from forum.base.words import say
from forum.questions.actions import products as actions
from forum.questions.actions.products import ProductDraft
from forum.questions.models import Product
from forum.questions.queries import count_by_product, find_product, list_products
from forum.web.admin.blueprint import administrator, pages
from forum.web.forms import Line, Text, form_from, takes
from forum.web.language import gettext, language, spoken
from forum.web.questions.forms import Versioned

NAME_LENGTH, DESCRIPTION_LENGTH = 60, 300


class ProductForm(Versioned):
    """A name and a description in each language that the site may speak."""

    name_it = Line(say("Name in Italian"), least=0, most=NAME_LENGTH)
    name_en = Line(say("Name in English"), least=0, most=NAME_LENGTH)
    description_it = Text(say("Description in Italian"), least=0, most=DESCRIPTION_LENGTH)
    description_en = Text(say("Description in English"), least=0, most=DESCRIPTION_LENGTH)

    @property
    def shown(self) -> list[tuple[Field, Field]]:
        """The fields of the languages this site speaks, the first of them first."""
        spoken = parts().settings.languages
        return [(self._fields[f"name_{each}"], self._fields[f"description_{each}"]) for each in spoken]

    def draft(self) -> ProductDraft:
        """What was written; in the order of the site's languages, for the first name makes the address."""
        ordered = (*parts().settings.languages, *KNOWN_LANGUAGES)
        return ProductDraft(
            {each: self._fields[f"name_{each}"].data or "" for each in ordered},
            {each: self._fields[f"description_{each}"].data or "" for each in ordered},
        )


@pages.get("/admin/products")
def products(form: ProductForm | None = None) -> str:
    """What questions can be about, in its order, and a form for one more."""
    administrator()
    counts, chosen = count_by_product(db()), language()
    rows = [(each, each.name_in(chosen), counts.get(each.id, 0)) for each in list_products(db())]
    return render_template("admin/products.html", products=rows, form=form or form_from(ProductForm))


@pages.post("/admin/products")
@takes(ProductForm, again=lambda form: products(form))
@writes
def add_product(form: ProductForm) -> Response:
    actions.add_product(db(), administrator(), form.draft(), now(), once=form.once_key)
    return _done(gettext("It can be chosen from now on."))


@pages.get("/admin/products/<slug>")
def product(slug: str, form: ProductForm | None = None) -> str:
    """One product, to be called or described differently."""
    administrator()
    found = _find(slug)
    values: dict[str, Any] = {f"name_{each}": text for each, text in found.names.items()}
    values |= {f"description_{each}": text for each, text in found.descriptions.items()}
    return render_template(
        "admin/product.html",
        product=found,
        name=found.name_in(language()),
        form=form or form_from(ProductForm, version=found.version, **values),
    )


@pages.post("/admin/products/<slug>")
@takes(ProductForm, again=lambda form, slug: product(slug, form))
@writes
def edit_product(form: ProductForm, slug: str) -> Response:
    who, found = administrator(), _find(slug)
    changed = actions.edit_product(db(), who, found, form.draft(), form.version_number, now())
    return _done(spoken(say("Saved.") if changed else say("Nothing was changed.")))


@pages.post("/admin/products/<slug>/<any(up, down):way>")
@writes
def move_product(slug: str, way: str) -> Response:
    """One place up or down."""
    actions.move_product(db(), administrator(), _find(slug), way == "up", now())
    return redirect(url_for("admin.products") + f"#product-{slug}", 303)


@pages.post("/admin/products/<slug>/archive")
@writes
def archive_product(slug: str) -> Response:
    """Offer it no longer."""
    actions.archive_product(db(), administrator(), _find(slug), now())
    return _done(gettext("It is no longer offered. Its questions keep it, and you can bring it back."))


@pages.post("/admin/products/<slug>/restore")
@writes
def restore_product(slug: str) -> Response:
    """Offer it again."""
    actions.restore_product(db(), administrator(), _find(slug), now())
    return _done(gettext("It can be chosen again."))


def _find(slug: str) -> Product:
    return find_product(db(), slug if slug.isprintable() else "")


def _done(words: str) -> Response:
    flash(words, "ok")
    return redirect(url_for("admin.products"), 303)
