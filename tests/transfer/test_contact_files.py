"""Files of contacts are read as others write them, and refused whole where they cannot be."""

import pytest

from forum.transfer.contact_files import MOST_BYTES, MOST_FIELD_CHARACTERS, MOST_ROWS, UnreadableFile, read_contact_file


def rows(content: bytes) -> list[dict[str, list[str]]]:
    return [row.values for row in read_contact_file(content).rows()]


@pytest.mark.parametrize(
    "header, expected",
    [
        ("id,name,email,phone,company,tier,zone,language",
         ("external_id", "name", "email", "phone", "company", "tier", "zone", "language")),
        ("Codice cliente;Nominativo;E-mail;Telefono;Società;Fascia;Provincia;Lingua",
         ("external_id", "name", "email", "phone", "company", "tier", "zone", "language")),
        ("Nome\tCognome\tCellulare", ("first_name", "last_name", "phone")),
        ("NOME;POSTA ELETTRONICA", ("name", "email")),
        ('"External_ID","First name","Last-Name","Email 1","Email 2"',
         ("external_id", "first_name", "last_name", "email", "email")),
        ("name;email;Note interne", ("name", "email", None)),
    ],
)  # fmt: skip
def test_columns_are_known_by_their_names(header: str, expected: tuple[str | None, ...]) -> None:
    file = read_contact_file(f"{header}\n".encode())
    assert file.columns == expected
    assert file.row_count == 0


@pytest.mark.parametrize(
    "content",
    [
        "nome;email\nNiccolò Però;n@example.it\n".encode(),
        "nome;email\nNiccolò Però;n@example.it\n".encode("utf-8-sig"),
        "nome;email\nNiccolò Però;n@example.it\n".encode("latin-1"),
        "nome;email\nNiccolò Però;n@example.it\n".encode("cp1252"),
        "nome;email\nNiccolò Però;n@example.it\n".encode("utf-16"),
        b"nome;email\rNiccol\xf2 Per\xf2;n@example.it\r",
        "\r\n\r\nnome;email\r\n\r\nNiccolò Però;n@example.it\r\n;\r\n".encode(),
    ],
)
def test_encodings_line_ends_and_blank_lines(content: bytes) -> None:
    assert rows(content) == [{"name": ["Niccolò Però"], "email": ["n@example.it"]}]


def test_quotes_delimiters_and_line_breaks_within_cells() -> None:
    content = b'name,email,company\n"Rossi, Ada","a@example.it","First\nSecond ""line"""\nBo,b@example.it,\n'
    file = read_contact_file(content)
    read = list(file.rows())
    assert [row.line for row in read] == [2, 4]
    assert read[0].values["company"] == ['First\nSecond "line"']
    assert read[1].values == {"name": ["Bo"], "email": ["b@example.it"]}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n \n",
        b"colour,size\nred,9\n",
        b"anna@example.it,Anna\nbruno@example.it,Bruno\n",
        b"PK\x03\x04\x00\x00\x00workbook",
        b"name,name,email\nA,B,c@example.it\n",
        b"\xff\xfen",
        b"name,email\n" + b"x" * (MOST_FIELD_CHARACTERS + 1) + b",a@example.it\n",
        b'name,email\n"never closed,a@example.it\n' + b"Bo,b@example.it\n" * 20_000,
        b"name,email\n" + b"A,\n" * (MOST_ROWS + 1),
        b"x" * (MOST_BYTES + 1),
    ],
)
def test_a_file_that_is_no_list_of_contacts_is_refused_in_a_sentence(content: bytes) -> None:
    with pytest.raises(UnreadableFile) as refused:
        read_contact_file(content)
    assert str(refused.value).endswith(".")


def test_a_line_with_nul_or_too_many_cells_is_one_wrong_line() -> None:
    content = (
        b"name,email\n" + b"Ok,ok@example.it\n" * 200 + b"A\0B,a@example.it\nA,a@example.it,more\nA,a@example.it,,\n"
    )
    read = list(read_contact_file(content).rows())[200:]
    assert [row.problem is not None for row in read] == [True, True, False]
    assert [row.line for row in read] == [202, 203, 204]


def test_unused_columns_are_named() -> None:
    assert read_contact_file(b"name,email,Shoe size,,fax\n").unused == ("Shoe size", "fax")
