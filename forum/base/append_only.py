"""Tables that rows are only ever added to: the database itself refuses to change them or take them out."""

from typing import Any

from sqlalchemy import Connection, Table, event

#: What whoever tries is told.
REFUSAL = "rows of this table are only added, never changed or taken out"


def append_only(table: Table) -> None:
    """Give the table its guards when it is created; a migration that copies the table has to make them again."""

    def guard(_table: Table, connection: Connection, **_more: Any) -> None:
        for statement in guards(table.name).get(connection.dialect.name, []):
            connection.exec_driver_sql(statement)

    event.listen(table, "after_create", guard)


def guards(name: str) -> dict[str, list[str]]:
    """The statements that make the guards, by kind of database."""
    return {
        "sqlite": [
            f"CREATE TRIGGER {name}_keeps_{verb.lower()} BEFORE {verb} ON {name} BEGIN"
            f" SELECT RAISE(ABORT, '{REFUSAL}'); END"
            for verb in ("UPDATE", "DELETE")
        ],
        "postgresql": [
            f"CREATE OR REPLACE FUNCTION {name}_are_kept() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$",
            f"CREATE TRIGGER {name}_keeps_rows BEFORE UPDATE OR DELETE ON {name}"
            f" FOR EACH ROW EXECUTE FUNCTION {name}_are_kept()",
            f"CREATE TRIGGER {name}_keeps_all BEFORE TRUNCATE ON {name}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION {name}_are_kept()",
        ],
    }
