"""Questions that ask for yes or no (linguists call them polar), and texts that begin with the answer.

"Can I pay in instalments?" shares few words with "No, the whole amount is due at once", and yet they belong together:
the one asks for what the other begins with. The patterns of each language are in `languages.py`.
"""

import re

from search_index.analysis import plain
from search_index.languages import LANGUAGES

#: The term that stands for yes or no at the beginning of a text; no word is spelt so.
ANSWER = "\x03"

#: How many letters of a question are read, from its end, and of a text, from its beginning.
LONGEST_QUESTION = 2_000
LONGEST_BEGINNING = 40

_SENTENCE = re.compile(r"[^.?!\n]*[.?!\n]*")
_CLAUSE = re.compile(r"[,;:()\"“”«»]+|\s[-–—]\s")

_ROWS = LANGUAGES.values()
_JOINING = re.compile(rf"(?:[\W_]*(?:{'|'.join(row.joining for row in _ROWS)})\b(?!'))*[\W_]*")
_POLAR = re.compile(rf"(?:{'|'.join(row.polar_questions for row in _ROWS)})")
_OTHER = re.compile(rf"(?:{'|'.join(row.other_questions for row in _ROWS)})\b")
#: "No one" and "Si tratta di" are no answers: a sign must follow.
_ANSWER = re.compile(rf"[\W_]*(?:{'|'.join(row.polar_answers for row in _ROWS)})[\s*_\"'”»)]*[,.;:!–—-]")


def is_answer(text: str) -> bool:
    """Whether a text begins with yes or no."""
    return _ANSWER.match(plain(text[:LONGEST_BEGINNING])) is not None


def is_question(text: str) -> bool:
    """Whether a text asks for yes or no: the last clause of its last sentence that begins like a question decides."""
    sentences = [each for each in _SENTENCE.findall(plain(text[-LONGEST_QUESTION:])) if each.strip(" \n.?!")]
    if not sentences:
        return False
    # Some beginnings make a question only together with its sign, which all clauses are given therefore.
    sign = "?" if "?" in sentences[-1] else ""
    for clause in reversed(_CLAUSE.split(sentences[-1])):
        begun = _JOINING.sub("", clause, count=1) + sign
        if _POLAR.match(begun):
            return True
        if _OTHER.match(begun):
            return False
    return False
