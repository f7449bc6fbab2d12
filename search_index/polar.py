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

_END_OF_SENTENCE = re.compile(r"(?<=[.?!])\s+|\n+")
_CLAUSE = re.compile(r"[,;:()\"“”«»]+|\s-\s")

_ROWS = LANGUAGES.values()
_JOINING = re.compile(rf"(?:[\W_]*(?:{'|'.join(row.joining for row in _ROWS)})\b(?!'))*[\W_]*")
_POLAR = re.compile(rf"(?:{'|'.join(row.polar_questions for row in _ROWS)})")
_OTHER = re.compile(rf"(?:{'|'.join(row.other_questions for row in _ROWS)})\b")
#: "Can you tell me how" asks how; what comes much later belongs to something else.
_TELLING = re.compile(
    rf"\b(?:{'|'.join(row.telling for row in _ROWS)})\b.{{0,80}}?\b(?:{'|'.join(row.other_questions for row in _ROWS)})\b"
)
#: "No one", "Si tratta di" and "no-reply" are no answers: a sign must follow, and no letter after it.
_ANSWER = re.compile(rf"[\W_]*(?:{'|'.join(row.polar_answers for row in _ROWS)})[\s*_\"'”»)]*[,.;:!-](?!\w)")


def is_answer(text: str) -> bool:
    """Whether a text begins with yes or no."""
    return _ANSWER.match(plain(text[:LONGEST_BEGINNING])) is not None


def is_question(text: str) -> bool:
    """Whether a text asks for yes or no: of its last sentence with a question mark, or else its last one, the last
    clause that begins like a question decides."""
    sentences = [each for each in _END_OF_SENTENCE.split(plain(text[-LONGEST_QUESTION:])) if each.strip()]
    marked = [each for each in sentences if "?" in each]
    if not sentences:
        return False
    # Some beginnings make a question only together with its sign, which all clauses are given therefore.
    sentence, sign = (marked[-1], "?") if marked else (sentences[-1], "")
    for clause in reversed(_CLAUSE.split(sentence)):
        begun = _JOINING.sub("", clause, count=1) + sign
        if _POLAR.match(begun):
            return _TELLING.search(begun) is None
        if _OTHER.match(begun):
            return False
    return False
