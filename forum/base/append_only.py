"""Tables that rows are only ever added to: the database itself refuses to change them or take them out."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Table, event

#: What whoever tries is told.
REFUSAL = "rows of this table are only added, never changed or taken out"


def append_only(table: Table, emptied: Mapping[str, str]) -> None:
    """Give the table its guards when it is created; a migration that copies the table has to make them again.

    One change is let through, because people may ask to be forgotten: the columns of `emptied` may all be given, and
    only given, the values named there, with everything else as it was.
    """

    def guard(_table: Table, connection: Connection, **_more: Any) -> None:
        for statement in guards(table, emptied).get(connection.dialect.name, []):
            connection.exec_driver_sql(statement)

    event.listen(table, "after_create", guard)


def guards(table: Table, emptied: Mapping[str, str]) -> dict[str, list[str]]:
    """The statements that make the guards, by kind of database."""
    name = table.name
    as_it_was = " AND ".join(
        f"NEW.{each.name} IS OLD.{each.name}" for each in table.columns if each.name not in emptied
    )
    is_emptied = " AND ".join(f"NEW.{column} = '{value}'" for column, value in emptied.items())
    rest = f"ARRAY[{', '.join(repr(column) for column in emptied)}]"
    is_emptied_text = " AND ".join(f"NEW.{column}::text = '{value}'" for column, value in emptied.items())
    return {
        "sqlite": [
            f"CREATE TRIGGER {name}_keeps_update BEFORE UPDATE ON {name} WHEN NOT ({as_it_was} AND {is_emptied})"
            f" BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
            f"CREATE TRIGGER {name}_keeps_delete BEFORE DELETE ON {name} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
        ],
        "postgresql": [
            f"CREATE OR REPLACE FUNCTION {name}_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" IF TG_OP = 'UPDATE' THEN IF to_jsonb(NEW) - {rest} = to_jsonb(OLD) - {rest}"
            f" AND {is_emptied_text} THEN RETURN NEW; END IF; END IF;"
            f" RAISE EXCEPTION '{REFUSAL}'; END $$",
            f"CREATE TRIGGER {name}_keeps_rows BEFORE UPDATE OR DELETE ON {name}"
            f" FOR EACH ROW EXECUTE FUNCTION {name}_are_kept()",
            f"CREATE TRIGGER {name}_keeps_all BEFORE TRUNCATE ON {name}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION {name}_are_kept()",
        ],
    }
