"""See that no sentence is missing: `python -m forum.translations [LANGUAGE] [--blank | --tidy]`."""

import sys

import click

from forum.translations.catalogues import CATALOGUES, faults, read_entries
from forum.translations.gathering import gather_messages, unmarkable
from forum.translations.tidying import blank, tidy, write


@click.command()
@click.argument("language", default="it")
@click.option("--blank", "wants_blank", is_flag=True, help="Print the missing entries, ready to be filled in.")
@click.option("--tidy", "wants_tidy", is_flag=True, help="Put every entry once where it belongs; drop unused ones.")
def main(language: str, wants_blank: bool, wants_tidy: bool) -> None:
    """Say what is missing, unused, doubled or wrong in the catalogues of a language."""
    messages, entries = gather_messages(), read_entries(language)
    if wants_blank:
        known = {entry.one for entry in entries}
        for message in messages.values():
            if message.one not in known:
                click.echo(blank(message))
        return
    if wants_tidy:
        try:
            write(CATALOGUES / language, tidy(messages, entries, language))
        except ValueError as unclear:
            raise click.ClickException(str(unclear)) from unclear
        entries = read_entries(language)
    wrong = faults(messages, entries) + [f"{place}: only words written here can be found" for place in unmarkable()]
    for line in wrong:
        click.echo(line)
    click.echo(f"{len(messages)} sentences, {len(entries)} entries in {language}, {len(wrong)} faults.")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
