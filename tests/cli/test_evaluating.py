"""`evaluate FOLDER` says how well search finds, and whether a change was more than luck."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from forum.cli.main import sportello


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    folder = tmp_path / "lamps"
    (folder / "qrels").mkdir(parents=True)
    rows = [
        {"_id": f"d{n}", "title": "", "text": f"the {word} lamp"} for n, word in enumerate(("red", "green", "blue"))
    ]
    (folder / "corpus.jsonl").write_text("\n".join(map(json.dumps, rows)))
    asked = [{"_id": "q0", "text": "red"}, {"_id": "q1", "text": "green lamp"}, {"_id": "q2", "text": "zebra"}]
    (folder / "queries.jsonl").write_text("\n".join(map(json.dumps, asked)))
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq0\td0\t1\nq1\td1\t1\nq2\td2\t1\n")
    return folder


def test_figures_are_printed_kept_and_compared(labelled: Path, tmp_path: Path) -> None:
    kept = tmp_path / "run.json"
    first = CliRunner().invoke(sportello, ["evaluate", str(labelled), "--index", "memory", "--save", str(kept)])
    assert first.exit_code == 0, first.output
    assert first.output.splitlines()[0] == "MRR          0.6667"
    assert first.output.splitlines()[-1] == "lamps: 3 queries over 3 documents, all ranked."
    second = CliRunner().invoke(sportello, ["evaluate", str(labelled), "--against", str(kept), "--per-query"])
    assert second.exit_code == 0, second.output
    assert "q2: zebra" in second.output.splitlines()[1]
    assert "+0.0000 to +0.0000  (may be luck)" in second.output


def test_what_cannot_be_measured_is_refused_in_a_sentence(labelled: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    other.write_text("[]")
    different = CliRunner().invoke(sportello, ["evaluate", str(labelled), "--index", "memory", "--against", str(other)])
    assert (different.exit_code, different.output) == (1, "Error: The two runs did not ask the same queries.\n")
    other.write_text("{")
    broken = CliRunner().invoke(sportello, ["evaluate", str(labelled), "--index", "memory", "--against", str(other)])
    assert broken.exit_code == 1 and "not a run kept by --save" in broken.output
    (labelled / "queries.jsonl").unlink()
    missing = CliRunner().invoke(sportello, ["evaluate", str(labelled), "--index", "memory"])
    assert missing.exit_code == 1 and "queries.jsonl is missing" in missing.output
