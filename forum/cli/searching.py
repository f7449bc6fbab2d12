"""Build the search index anew."""

import sys

import click

from forum.base.parts import Parts


@click.command()
@click.pass_context
def reindex(context: click.Context) -> None:
    """Build a new index beside the old one and switch to it; searching never stops."""
    from forum.search.upkeep import rebuild
    from search_index.contract import IndexBusy

    parts: Parts = context.obj()
    try:
        if sys.stderr.isatty():
            with click.progressbar(length=1, label="Indexing", file=sys.stderr) as bar:

                def show(done: int, total: int) -> None:
                    bar.length = max(1, total)
                    bar.update(done - bar.pos)

                written = rebuild(parts.store, parts.index, show)
        else:
            written = rebuild(parts.store, parts.index)
    except IndexBusy as busy:
        raise click.ClickException("Another process is writing to the index. Try again in a minute.") from busy
    click.echo(f"The new index holds {written} questions and articles.")
