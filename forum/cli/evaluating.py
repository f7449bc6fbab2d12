"""Measure search on a labelled set, and against an earlier run."""

import json
import tempfile
from dataclasses import asdict
from pathlib import Path

import click

from search_index.evaluation import FIGURES, LabelledSet, Outcome, compare, evaluate, fill, load, sum_up
from search_index.memory import MemoryIndex
from search_index.whoosh_index import WhooshIndex


@click.command("evaluate")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--index",
    "kind",
    type=click.Choice(["whoosh", "memory"]),
    default="whoosh",
    show_default=True,
    help="What is asked.",
)
@click.option(
    "--judged/--all",
    "only_judged",
    default=None,
    help="Rank only the documents judged for a query, or all. Without it: only those where wrong ones are judged too.",
)
@click.option("--per-query", is_flag=True, help="Also print how every query went, the worst first.")
@click.option("--save", type=click.Path(dir_okay=False, path_type=Path), help="Keep this run as JSON.")
@click.option("--against", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A run kept earlier.")
def evaluate_(
    folder: Path, kind: str, only_judged: bool | None, per_query: bool, save: Path | None, against: Path | None
) -> None:
    """Ask the queries of FOLDER (corpus.jsonl, queries.jsonl, qrels/test.tsv) and say how well they are answered.

    The set has an index of its own; the community's is not touched.
    """
    try:
        labelled = load(folder)
        earlier = _read(against) if against else None
        judged = labelled.has_judged_wrong if only_judged is None else only_judged
        outcomes = _ask(labelled, kind, judged)
        if not outcomes:
            raise ValueError("No query of this set has an answer among its documents.")
        if per_query:
            _print_queries(labelled, outcomes)
        _print_figures(labelled, outcomes, earlier, judged)
    except ValueError as wrong:
        raise click.ClickException(str(wrong)) from wrong
    if save:
        save.write_text(json.dumps([asdict(outcome) for outcome in outcomes], indent=1), encoding="utf-8")


def _read(path: Path) -> list[Outcome]:
    try:
        return [Outcome(**row) for row in json.loads(path.read_text(encoding="utf-8"))]
    except (TypeError, ValueError) as wrong:
        raise ValueError(f"{path} is not a run kept by --save.") from wrong


def _ask(labelled: LabelledSet, kind: str, only_judged: bool) -> list[Outcome]:
    with tempfile.TemporaryDirectory() as place:
        index = WhooshIndex(place) if kind == "whoosh" else MemoryIndex()
        try:
            fill(index, labelled.documents)
            return evaluate(index, labelled, only_judged=only_judged)
        finally:
            index.close()


def _print_queries(labelled: LabelledSet, outcomes: list[Outcome]) -> None:
    click.echo(f"{'first right':>11}  {'found':>5}  query")
    for outcome in sorted(outcomes, key=lambda each: (each.reciprocal, each.query)):
        words = " ".join(labelled.queries[outcome.query].split())[:90]
        click.echo(f"{outcome.first or '-':>11}  {outcome.found:>5}  {outcome.query}: {words}")
    click.echo()


def _print_figures(
    labelled: LabelledSet, outcomes: list[Outcome], earlier: list[Outcome] | None, only_judged: bool
) -> None:
    quality = sum_up(outcomes)
    values = (
        quality.mrr, quality.hit_1, quality.hit_3, quality.hit_10, quality.map, quality.ndcg_10, quality.without,
    )  # fmt: skip
    for (name, figure), value in zip(FIGURES.items(), values, strict=True):
        line = f"{name:<12}{value:>7.4f}"
        if earlier is not None:
            change = compare(earlier, outcomes, figure)
            sure = "" if change.is_sure else "  (may be luck)"
            line += f"  {change.mean:+.4f}  95 % of resamples: {change.low:+.4f} to {change.high:+.4f}{sure}"
        click.echo(line)
    ranked = "only the judged ones ranked" if only_judged else "all ranked"
    click.echo(f"{labelled.name}: {quality.queries} queries over {len(labelled.documents)} documents, {ranked}.")
