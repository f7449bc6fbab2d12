"""What every index does alike: memory, Whoosh and PostgreSQL."""

from dataclasses import replace

import pytest

from search_index.analysis import query_words
from search_index.contract import IndexDamaged, Query, SearchIndex, Sort
from search_index.grammar import parse
from search_index.memory import MemoryIndex
from tests.search_index.conftest import Make, change, fill, make_document

ROUTER = make_document(
    "question:1",
    "La luce del router è rossa",
    "Da ieri il FRITZ!Box 7590 non si connette più.",
    accepted="Spegni il modem e controlla il cavo della fibra.",
    tags=("fibra", "Router Wi-Fi"),
    states=frozenset({"solved"}),
    authors=("anna", "bruno"),
    product="Fibra Casa",
    language="it",
    score=4,
)
BILL = make_document(
    "question:2",
    "Fattura doppia a gennaio",
    "Perché mi è arrivata due volte la stessa bolletta?",
    tags=("bollette",),
    states=frozenset({"unanswered"}),
    authors=("carla",),
    product="Luce",
    language="it",
    score=-1,
    days=3,
)
MOVING = make_document(
    "article:1",
    "Moving your line to a new home",
    "You can take your phone number with you when you are moving house.",
    authors=("ada",),
    language="en",
    score=12,
    quality=1.0,
    days=-10,
)


@pytest.fixture
def shelf(index: SearchIndex) -> SearchIndex:
    return fill(index, ROUTER, BILL, MOVING, upto=7)


@pytest.mark.parametrize(
    "text, first",
    [
        ("router con luci rosse", "question:1"),
        ("fritzbox", "question:1"),
        ("FRITZ!Box 7590", "question:1"),
        ("fritz box", "question:1"),
        ("wifi", "question:1"),
        ("wi-fi", "question:1"),
        ("il cavo della fibra", "question:1"),
        ("fatture doppie", "question:2"),
        ("FATTURAZIONE", "question:2"),
        ("perche bollette", "question:2"),
        ("l'addebito della bolletta", "question:2"),
        ("moved houses", "article:1"),
        ("how do I move my phone numbers to the new house?", "article:1"),
        ("bolleta", "question:2"),
        ("phonne", "article:1"),
    ],
)
def test_words_find_what_they_mean(shelf: SearchIndex, text: str, first: str) -> None:
    assert shelf.search(parse(text)).keys[:1] == [first]


@pytest.mark.parametrize(
    "text, found",
    [
        ("is:solved", {"question:1"}),
        ("is:unanswered", {"question:2"}),
        ("tag:fibra", {"question:1"}),
        ('tag:"router wi-fi"', {"question:1"}),
        ("tag:FIBRA is:unanswered", set()),
        ("user:bruno", {"question:1"}),
        ("user:@Anna", {"question:1"}),
        ('product:"fibra casa"', {"question:1"}),
        ("kind:article", {"article:1"}),
        ("kind:article kind:question", {"question:1", "question:2", "article:1"}),
        ("score:>3", {"question:1", "article:1"}),
        ("score:>4", {"article:1"}),
        ("score:<0", {"question:2"}),
        ("score:4", {"question:1", "article:1"}),
        ("score:=4", {"question:1"}),
        ("after:2026-02-01", {"question:2"}),
        ("after:2026-01-31", {"question:1", "question:2"}),
        ("before:2026-01-31", {"article:1"}),
        ("after:2026-01-31 before:2026-02-01", {"question:1"}),
        ("router fattura moving is:solved", {"question:1"}),
        ("router fattura moving score:>3", {"question:1", "article:1"}),
        ("fattura is:solved", set()),
    ],
)
def test_filters(shelf: SearchIndex, text: str, found: set[str]) -> None:
    hits = shelf.search(parse(text))
    assert set(hits.keys) == found
    assert hits.total == len(found)


def test_a_state_can_be_left_out(shelf: SearchIndex) -> None:
    hits = shelf.search(Query("router fattura moving", without_states=frozenset({"solved"})))
    assert set(hits.keys) == {"question:2", "article:1"}


def test_filters_alone_show_the_newest_first(shelf: SearchIndex) -> None:
    hits = shelf.search(parse("kind:question kind:article"))
    assert hits.keys == ["question:2", "question:1", "article:1"]


def test_sorting(index: SearchIndex) -> None:
    fill(
        index,
        make_document("question:1", "modem lento", score=1, days=2),
        make_document("question:2", "modem lento", score=5, days=1),
        make_document("question:3", "il modem del vicino", "altro e ancora altro", score=9, days=9),
    )
    by = {sort: index.search(Query("modem lento", sort=sort)).keys for sort in Sort}
    assert by[Sort.NEWEST][-2:] == ["question:1", "question:2"]
    assert by[Sort.SCORE][-2:] == ["question:2", "question:1"]
    assert by[Sort.RELEVANCE][-1] == "question:3"


def test_a_phrase_leaves_only_what_has_all_its_words(shelf: SearchIndex) -> None:
    assert shelf.search(parse('"luce rossa"')).keys == ["question:1"]
    assert shelf.search(parse('"luce doppia"')).keys == []
    assert shelf.search(parse("luce doppia")).total == 2


def test_answers_and_comments_count_for_their_question(index: SearchIndex) -> None:
    fill(
        index,
        make_document("question:1", "Non funziona", answers=("Prova con un ripetitore.",), language="it"),
        make_document("question:2", "Non va", comments=("Anche da me: colpa del condizionatore.",), language="it"),
    )
    assert index.search(parse("ripetitori")).keys == ["question:1"]
    assert index.search(parse("condizionatori")).keys == ["question:2"]


def test_the_title_counts_more_than_the_body_and_the_accepted_answer_more_than_a_comment(
    index: SearchIndex,
) -> None:
    fill(
        index,
        make_document("question:1", "Altro argomento", comments=("Serve il decoder nuovo",), language="it"),
        make_document("question:2", "Altro argomento", accepted="Serve il decoder nuovo", language="it"),
        make_document("question:3", "Il decoder nuovo", "Altro argomento", language="it"),
    )
    assert index.search(parse("decoder")).keys == ["question:3", "question:2", "question:1"]


def test_what_the_company_vouches_for_wins_a_tie_but_not_more(index: SearchIndex) -> None:
    title = "Cambiare la password del modem"
    fill(
        index,
        make_document("question:1", title, language="it", days=5),
        make_document("question:2", title, language="it", quality=0.5),
        make_document("article:3", title, language="it", quality=1.0),
        make_document("article:4", "Il modem", "Come si mette a muro", language="it", quality=1.0, score=50),
        make_document("question:5", title, language="it", score=20),
    )
    ranked = index.search(parse("cambiare password modem")).keys
    assert ranked == ["article:3", "question:2", "question:5", "question:1", "article:4"]


def test_changes_are_seen_after_the_commit_and_not_before(shelf: SearchIndex) -> None:
    with shelf.open_batch() as batch:
        batch.put(replace(BILL, title="Addebito doppio", parts=()))
        batch.drop("question:1")
        batch.put(make_document("question:9", "Numero sconosciuto", language="it"))
        assert shelf.search(parse("router")).keys == ["question:1"]
        assert shelf.upto() == 7
        batch.commit(upto=12)
    assert shelf.upto() == 12
    assert shelf.keys() == {"question:2", "question:9", "article:1"}
    assert shelf.count() == 3
    assert shelf.search(parse("router")).keys == []
    assert shelf.search(parse("tag:fibra")).keys == []
    assert shelf.search(parse("fattura")).keys == ["question:2"]  # a tag says "bollette", which is its kin
    assert shelf.search(parse("sconosciuti")).keys == ["question:9"]


def test_a_batch_without_commit_changes_nothing(shelf: SearchIndex) -> None:
    with pytest.raises(RuntimeError), shelf.open_batch() as batch:
        batch.drop("question:1")
        raise RuntimeError
    with shelf.open_batch() as batch:
        batch.drop("question:1")
    assert shelf.keys() == {"question:1", "question:2", "article:1"}
    assert shelf.upto() == 7


def test_the_last_word_about_a_key_counts(shelf: SearchIndex) -> None:
    with shelf.open_batch() as batch:
        batch.drop("question:1")
        batch.put(ROUTER)
        batch.put(BILL)
        batch.drop("question:2")
        batch.put(make_document("question:3", "prima versione"))
        batch.put(make_document("question:3", "seconda stesura"))
        batch.drop("question:never-there")
        batch.commit(upto=8)
    assert shelf.keys() == {"question:1", "question:3", "article:1"}
    assert shelf.search(parse("versione")).keys == []
    assert shelf.search(parse("stesura")).keys == ["question:3"]


def test_the_last_word_counts_in_a_rebuild_too(index: SearchIndex) -> None:
    with index.open_rebuild() as rebuild:
        rebuild.put(make_document("question:1", "prima versione"))
        rebuild.put(make_document("question:2", "da togliere"))
        rebuild.put(make_document("question:1", "seconda stesura"))
        rebuild.drop("question:2")
        rebuild.commit(upto=3)
    assert index.keys() == {"question:1"}
    assert index.search(parse("versione")).keys == []
    assert index.search(parse("stesura")).keys == ["question:1"]


def test_putting_the_same_again_changes_nothing(shelf: SearchIndex) -> None:
    before = shelf.search(parse("router fattura moving"))
    for turn in range(3):
        change(shelf, ROUTER, BILL, MOVING, upto=8 + turn)
    assert shelf.count() == 3
    assert shelf.search(parse("router fattura moving")).keys == before.keys


def test_a_rebuild_replaces_everything_at_once(shelf: SearchIndex) -> None:
    with shelf.open_rebuild() as rebuild:
        rebuild.put(BILL)
        if not isinstance(shelf, MemoryIndex):
            assert shelf.search(parse("router")).keys == ["question:1"]
        rebuild.commit(upto=20)
    assert shelf.keys() == {"question:2"}
    assert shelf.upto() == 20
    assert shelf.search(parse("router")).keys == []


def test_a_rebuild_that_fails_leaves_the_old_index(shelf: SearchIndex) -> None:
    with pytest.raises(RuntimeError), shelf.open_rebuild() as rebuild:
        rebuild.put(make_document("question:50", "mai vista"))
        raise RuntimeError
    assert shelf.keys() == {"question:1", "question:2", "article:1"}
    assert shelf.search(parse("router")).keys == ["question:1"]
    assert shelf.needs_rebuild() is None


def test_an_empty_index_answers(index: SearchIndex) -> None:
    fill(index, upto=0)
    assert index.needs_rebuild() is None
    assert index.search(parse("router")).keys == []
    assert index.similar("router").keys == []
    assert index.suggest("router") is None
    assert index.count() == 0
    change(index, ROUTER)
    assert index.search(parse("router")).keys == ["question:1"]


def test_an_index_never_made_says_so_and_takes_no_changes(make: Make) -> None:
    index = make()
    if isinstance(index, MemoryIndex):
        pytest.skip("an index in memory is made by being there")
    assert index.needs_rebuild() == "missing"
    assert not index.search(parse("router")).is_reliable
    assert index.upto() == 0
    with pytest.raises(IndexDamaged), index.open_batch():
        pass


def test_similar_finds_while_typing_and_leaves_out_the_thing_itself(shelf: SearchIndex) -> None:
    assert shelf.similar("Perché la luce del mio router è diventata rossa?").keys[0] == "question:1"
    assert shelf.similar("luce del rout").keys[0] == "question:1"
    assert "question:1" not in shelf.similar("La luce del router è rossa", exclude="question:1").keys
    only = Query(kinds=frozenset({"article"}))
    assert shelf.similar("router phone fattura", filters=only).keys == ["article:1"]


def test_did_you_mean(shelf: SearchIndex) -> None:
    assert shelf.suggest("fatura doppia") == "fattura doppia"
    assert shelf.suggest("il ruoter rosso") == "il router rosso"
    assert shelf.suggest("fattura doppia") is None
    assert shelf.suggest("xyzzyx") is None
    hits = shelf.search(parse("fatura"))
    assert hits.keys == ["question:2"]
    assert hits.corrected == (("fatura", "fattura"),)


@pytest.mark.parametrize("typed", ["gattura", "afttura", "attura", "xfattura"])
def test_a_wrong_first_letter_is_forgiven(shelf: SearchIndex, typed: str) -> None:
    assert shelf.suggest(f"{typed} doppia") == "fattura doppia"
    hits = shelf.search(parse(typed))
    assert hits.keys == ["question:2"]
    assert hits.corrected == ((typed, "fattura"),)


def test_a_short_word_with_another_first_letter_is_another_word(index: SearchIndex) -> None:
    fill(index, make_document("question:1", "La casa in affitto", language="it"))
    assert index.suggest("rasa") is None
    assert index.search(parse("rasa")).keys == []


def test_a_long_text_of_unknown_words_is_put_right_only_so_far(shelf: SearchIndex) -> None:
    assert shelf.suggest("xyzzyx quuxes qwerty fatura") is None


def test_what_resembles_nothing_is_not_everything(shelf: SearchIndex) -> None:
    for text in ("", "-", "?!", "il di la", "quetzalcoatl"):
        assert shelf.similar(text).keys == [], text


def test_words_beside_each_other_win_over_the_same_words_apart(index: SearchIndex) -> None:
    apart = "La carta del contratto dice: il credito residuo è in fondo alla pagina, dopo le altre voci."
    together = "Il contratto dice in fondo alla pagina: la carta credito residuo è dopo le altre voci, sempre."
    fill(
        index,
        make_document("question:1", "Una domanda", together, language="it", days=1),
        make_document("question:2", "Una domanda", apart, language="it", days=2),
    )
    assert index.search(Query("carta credito")).keys == ["question:1", "question:2"]
    assert index.similar("carta credito").keys == ["question:1", "question:2"]


def test_words_of_one_root_meet(index: SearchIndex) -> None:
    fill(
        index,
        make_document("question:1", "L’intestatario del numero", language="it"),
        make_document("question:2", "Il numero del cliente", language="it", days=3),
    )
    assert index.search(Query("intestare numero")).keys == ["question:1", "question:2"]
    change(index, make_document("question:3", "Intestare la linea", language="it"))
    ranked = index.search(Query("intestare numero")).keys
    assert ranked.index("question:1") < ranked.index("question:2")


def test_words_of_removed_documents_are_not_suggested(shelf: SearchIndex) -> None:
    change(shelf, drop=("question:2",))
    assert shelf.suggest("fatura") is None
    assert shelf.complete("fat") == []


def test_completion(shelf: SearchIndex) -> None:
    assert shelf.complete("rou") == ["router"]
    assert shelf.complete("Fatt") == ["fattura"]
    assert shelf.complete("r") == []


def test_frequencies_count_documents(shelf: SearchIndex) -> None:
    (word,) = query_words("bolletta")
    assert shelf.frequencies([*word.alternatives, "nowhere"]) == {"bollett": 1}
    assert shelf.frequencies([]) == {}
    change(shelf, drop=("question:2",))
    assert shelf.frequencies(word.alternatives) == {}


def test_noise_and_unknown_words_are_told_apart(shelf: SearchIndex) -> None:
    noise = shelf.search(parse("?!? ..."))
    assert noise.is_noise and noise.keys == []
    unknown = shelf.search(parse("quetzalcoatl"))
    assert not unknown.is_noise and unknown.unknown == ("quetzalcoatl",)
    assert shelf.search(parse("")).keys == []


def test_pages_do_not_overlap_and_end(index: SearchIndex) -> None:
    fill(index, *(make_document(f"question:{n}", f"modem numero {n}", days=n) for n in range(35)))
    seen: list[str] = []
    more = True
    while more:
        hits = index.search(Query("modem", limit=10, offset=len(seen)))
        more = hits.has_more
        seen += hits.keys
        assert hits.keys
    assert len(seen) == len(set(seen)) == 35


def test_all_backends_rank_alike(make: Make) -> None:
    topics = ["router rosso", "fattura doppia", "fibra lenta", "disdetta contratto", "password dimenticata"]
    documents = [
        make_document(
            f"question:{n}",
            f"{topics[n % 5]} {topics[(n * 3) % 5]}",
            " ".join(topics[(n * k) % 5] for k in range(1, n % 7 + 2)),
            score=n % 4,
            days=n,
            language="it",
        )
        for n in range(60)
    ]
    plain = fill(MemoryIndex(), *documents)
    index = fill(make(), *documents[:30])
    change(index, *documents[30:])
    for text in [*topics, "router e fattura con la fibra", "contratti lenti", "password router score:>1"]:
        assert index.search(parse(text)).keys == plain.search(parse(text)).keys, text
        assert index.similar(text).keys == plain.similar(text).keys, text


RARE = "alce bosco cardo delta fango grillo lince mirto nuvola ortica pioppo quarzo"


def test_what_a_long_query_holds_beyond_its_rarest_words_still_tells(index: SearchIndex) -> None:
    with_it = make_document("question:1", "Uno", f"{RARE} veranda", language="it")
    without = make_document("question:2", "Due", f"{RARE} tegola", language="it", days=1)
    others = [make_document(f"question:{number}", "Altro", "veranda", language="it") for number in range(3, 9)]
    shelf = fill(index, with_it, without, *others)
    assert shelf.search(Query(RARE, limit=2)).keys == ["question:2", "question:1"]
    assert shelf.search(Query(f"veranda {RARE}", limit=2)).keys == ["question:1", "question:2"]


def test_a_word_of_asking_is_no_misspelt_word(index: SearchIndex) -> None:
    shelf = fill(index, make_document("question:1", "Posta certificata", "Arriva per posta.", language="it"))
    assert shelf.search(Query("posso")).keys == []
    found = shelf.search(Query("posso certificata"))
    assert (found.keys, found.corrected, found.unknown) == (["question:1"], (), ())
    assert shelf.search(Query("possta")).corrected == (("possta", "posta"),)
