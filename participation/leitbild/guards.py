"""What was published can never be changed: guarded in the session and, for everyone else, in the database itself.

One narrow path leads through: where a row of log_redacted names a field, its columns may become the mark that says so
(`ledger/erased.py`), and its salt may go; and such a row can only be written below an entry of the log that names the
same field. So even raw SQL erases nothing that the log does not tell of.

`statements(dialect)` is used twice: when tables are created directly, and by the migration.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Connection, event

from participation.base.triggers import create_with
from participation.ledger.erased import SAID, SHOWN, sql

IMMUTABLE = (
    *("revisions", "passages", "log_entries", "annex_entries"),
    *("sentences", "wordings", "placements", "sentence_ancestors", "sentence_spans"),
)
"""Tables whose rows are only ever added; of most, what repeats a wording can be erased."""

SALTS = "log_openings"
REDACTED = "log_redacted"
GUARDED = (*IMMUTABLE, SALTS, REDACTED)

MESSAGE = "published rows never change"


class Immutable(Exception):
    """Someone tried to change or delete what was published."""


@dataclass(frozen=True, slots=True)
class Erasable:
    """How a published table may change: which columns never, and which turn into which mark."""

    kept: tuple[str, ...]
    marked: tuple[tuple[str, str, Mapping[str, str]], ...]
    """Field of the log, place in it, and its columns with their marks."""
    also: tuple[str, ...] = ()
    """Columns that may turn into the plain mark together with the others, or stay."""
    revision: str = "number"


_SUMMARY = {"summary": SAID, "summary_html": SHOWN}
_PASSAGE = {"body": SAID, "html": SHOWN}

ERASABLE: Mapping[str, Erasable] = {
    "revisions": Erasable(
        kept=("number", "author_id", "approver_id", "published_at"),
        marked=(("title", "0", {"title": SAID}), ("summary", "0", _SUMMARY)),
    ),
    "passages": Erasable(
        kept=(
            *("revision_number", "node_id", "position", "depth", "kind_id", "parent_id", "cluster_id", "horizon"),
            *("text_state", "change_id"),
        ),
        marked=(("passages", "OLD.position", _PASSAGE),),
        also=("title",),
        revision="revision_number",
    ),
}


@dataclass(frozen=True, slots=True)
class Copied:
    """How a table that repeats published wordings may change: columns that never do, and SQL that allows the rest."""

    kept: tuple[str, ...]
    allowed: str


def _copy(where: str, columns: Mapping[str, str], *, tables: str = "", also: str = "") -> str:
    """Return SQL that is true where columns become their marks below the redaction of a passage `p`."""
    marks = " AND ".join(f"NEW.{column} = {sql(mark)}" for column, mark in columns.items())
    return f"EXISTS (SELECT 1 FROM {_PASSAGES}{tables} WHERE {_PASSAGE_GONE} AND {where} AND {marks}{also})"  # noqa: S608 - only names and marks of ours


_PASSAGES = "log_redacted r, log_entries e, passages p"
_PASSAGE_GONE = (
    "e.number = r.entry_number AND r.field = 'passages' AND p.revision_number = e.revision_number "
    "AND p.position = r.position"
)
_HERE = "p.node_id = OLD.node_id AND p.revision_number = OLD.revision_number"
_STILL_THERE = (
    "SELECT 1 FROM placements t JOIN passages q ON q.node_id = t.node_id AND q.revision_number = t.revision_number "
    "WHERE t.sentence_id = OLD.id AND NOT EXISTS (SELECT 1 FROM log_redacted o, log_entries f "
    "WHERE f.number = o.entry_number AND o.field = 'passages' AND f.revision_number = q.revision_number "
    "AND o.position = q.position)"
)
"""A sentence may stand in wordings that stay."""

_ANNEX_GONE = (
    "EXISTS (SELECT 1 FROM log_entries e WHERE e.revision_number = OLD.revision_number AND "
    "(e.payload NOT LIKE '%\"annex\":%' OR EXISTS (SELECT 1 FROM log_redacted r WHERE r.entry_number = e.number "
    "AND r.field = 'annex')))"
)
"""An entry from before annexes were frozen does not speak of them, so it has nothing to redact."""

COPIED: Mapping[str, Copied] = {
    "wordings": Copied(
        kept=("node_id", "revision_number", "sentences", "touched", "changed", "added", "removed"),
        allowed=_copy(_HERE, {"tail": "", "html": SHOWN, "origin_html": SHOWN}),
    ),
    "placements": Copied(
        kept=("node_id", "revision_number", "position", "sentence_id"), allowed=_copy(_HERE, {"gap": ""})
    ),
    "sentences": Copied(
        kept=("id", "first_revision", "node_id", "change_id"),
        allowed=_copy(
            "l.sentence_id = OLD.id AND p.node_id = l.node_id AND p.revision_number = l.revision_number",
            {"text": SAID, "html": SHOWN, "hash": ""},
            tables=", placements l",
            also=f" AND NOT EXISTS ({_STILL_THERE})",
        ),
    ),
    "sentence_ancestors": Copied(
        kept=("sentence_id", "ancestor_id"),
        allowed="EXISTS (SELECT 1 FROM sentences s WHERE s.id IN (OLD.sentence_id, OLD.ancestor_id) AND s.hash = '' "
        "AND NEW.diff_html = s.html)",
    ),
    "annex_entries": Copied(
        kept=("revision_number", "node_id", "position"), allowed=f"{_ANNEX_GONE} AND {{only_marked}}"
    ),
}

_ONLY_MARKED = {
    "sqlite": (
        "(SELECT count(*) FROM json_tree(NEW.facts)) = (SELECT count(*) FROM json_tree(OLD.facts)) AND NOT EXISTS ("
        "SELECT 1 FROM json_tree(NEW.facts) n LEFT JOIN json_tree(OLD.facts) o ON o.fullkey = n.fullkey "
        "WHERE o.fullkey IS NULL OR n.type <> o.type OR (n.atom IS NOT o.atom AND (n.type <> 'text' OR NOT EXISTS ("
        "SELECT 1 FROM log_redacted r WHERE n.atom = {said}))))"
    ).replace("{said}", sql(SAID)),
    "postgresql": "only_marked(CAST(OLD.facts AS jsonb), CAST(NEW.facts AS jsonb))",
}
"""True where texts in a JSON column, and nothing else in it, became marks of redactions."""

ONLY_MARKED = (
    "CREATE OR REPLACE FUNCTION only_marked(was jsonb, is_now jsonb) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN "
    "IF is_now IS NULL THEN RETURN false; END IF; "
    "IF was = is_now THEN RETURN true; END IF; "
    "IF jsonb_typeof(was) <> jsonb_typeof(is_now) THEN RETURN false; END IF; "
    "IF jsonb_typeof(was) = 'object' THEN RETURN (SELECT count(*) FROM jsonb_object_keys(was)) = "
    "(SELECT count(*) FROM jsonb_object_keys(is_now)) AND NOT EXISTS "
    "(SELECT 1 FROM jsonb_each(was) a WHERE NOT only_marked(a.value, is_now -> a.key)); END IF; "
    "IF jsonb_typeof(was) = 'array' THEN RETURN jsonb_array_length(was) = jsonb_array_length(is_now) AND NOT EXISTS "
    "(SELECT 1 FROM generate_series(0, jsonb_array_length(was) - 1) i WHERE NOT only_marked(was -> i, is_now -> i)); "
    "END IF; "
    "RETURN jsonb_typeof(was) = 'string' AND EXISTS "
    "(SELECT 1 FROM log_redacted r WHERE is_now = to_jsonb({said})); END $$"
).replace("{said}", sql(SAID))
"""For PostgreSQL, which cannot list everything in a JSON value by itself."""


def statements(dialect: str, tables: Sequence[str] = GUARDED) -> tuple[str, ...]:
    """Return the SQL that makes the tables refuse UPDATE and DELETE (on PostgreSQL also TRUNCATE)."""
    if dialect == "sqlite":
        return tuple(statement for table in tables for statement in _sqlite(table))
    function = (
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{MESSAGE}: %', TG_TABLE_NAME; END $$"
    )
    return (function, *(statement for table in tables for statement in _postgresql(table)))


def removal(dialect: str, tables: Sequence[str] = GUARDED) -> tuple[str, ...]:
    """Return the SQL that lifts the guards; the function they share stays, for tables of other rooms call it, too."""
    if dialect == "sqlite":
        return tuple(
            f"DROP TRIGGER IF EXISTS {table}_no_{verb}" for table in tables for verb in ("update", "delete", "insert")
        )
    return (
        *(
            f"DROP TRIGGER IF EXISTS {table}_{what} ON {table}"
            for table in tables
            for what in ("immutable", "erasable")
        ),
        *(f"DROP FUNCTION IF EXISTS guard_{table}()" for table in tables),
        *(("DROP FUNCTION IF EXISTS only_marked(jsonb, jsonb)",) if "annex_entries" in tables else ()),
    )


def frozen(dialect: str, table: str, column: str) -> tuple[str, ...]:
    """Return the SQL that makes rows of a table refuse UPDATE and DELETE once `column` has a value."""
    if dialect == "sqlite":
        return tuple(
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} WHEN OLD.{column} IS NOT NULL "
            f"BEGIN {_refusal(table)}; END"
            for verb in ("UPDATE", "DELETE")
        )
    written = f"FOR EACH ROW WHEN (OLD.{column} IS NOT NULL) EXECUTE FUNCTION refuse_change()"
    trigger = f"CREATE TRIGGER {table}_immutable BEFORE UPDATE OR DELETE ON {table} {written}"
    return (*statements(dialect, ()), trigger)


def protect(*models: type[Any]) -> None:
    """Refuse to update or delete rows of these classes, in the session and by triggers on their tables."""
    for model in models:
        event.listen(model, "before_update", _refuse)
        event.listen(model, "before_delete", _refuse)
        create_with(model.__table__, partial(_of_table, model.__tablename__))


def freeze(model: type[Any], column: str) -> None:
    """Refuse to update or delete rows of this class once `column` has a value, by triggers on its table."""
    create_with(model.__table__, lambda dialect: frozen(dialect, model.__tablename__, column))


def _sqlite(table: str) -> tuple[str, ...]:
    def trigger(verb: str, allowed: str = "") -> str:
        condition = f" WHEN NOT ({allowed})" if allowed else ""
        name = f"{table}_no_{verb.lower()}"
        return f"CREATE TRIGGER {name} BEFORE {verb} ON {table}{condition} BEGIN {_refusal(table)}; END"

    update = trigger("UPDATE", _changed(table, "sqlite"))
    delete = trigger("DELETE", _SALT_GONE if table == SALTS else "")
    return (update, delete, *([trigger("INSERT", _TOLD)] if table == REDACTED else ()))


def _postgresql(table: str) -> tuple[str, ...]:
    def trigger(name: str, verbs: str, each: str, function: str) -> str:
        return f"CREATE TRIGGER {table}_{name} BEFORE {verbs} ON {table} FOR EACH {each} EXECUTE FUNCTION {function}()"

    verb, allowed, row = {
        **dict.fromkeys((*ERASABLE, *COPIED), ("UPDATE", _changed(table, "postgresql"), "NEW")),
        SALTS: ("DELETE", _SALT_GONE, "OLD"),
        REDACTED: ("INSERT", _TOLD, "NEW"),
    }.get(table, ("", "", ""))
    refused = " OR ".join(one for one in ("UPDATE", "DELETE", "TRUNCATE") if one != verb)
    plain = trigger("immutable", refused, "STATEMENT", "refuse_change")
    if not verb:
        return (plain,)
    function = (
        f"CREATE OR REPLACE FUNCTION guard_{table}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {allowed} THEN RETURN {row}; END IF; RAISE EXCEPTION '{MESSAGE}: %', TG_TABLE_NAME; END $$"
    )
    helper = (ONLY_MARKED,) if table == "annex_entries" else ()
    return (plain, *helper, function, trigger("erasable", verb, "ROW", f"guard_{table}"))


def _refusal(table: str) -> str:
    return f"SELECT RAISE(ABORT, '{MESSAGE}: {table}')"


def _changed(table: str, dialect: str) -> str:
    """Return the condition under which a row of a table may be updated; empty for never."""
    same = "IS" if dialect == "sqlite" else "IS NOT DISTINCT FROM"
    if table in COPIED:
        copied = COPIED[table]
        kept = " AND ".join(f"NEW.{column} {same} OLD.{column}" for column in copied.kept)
        return f"{kept} AND {copied.allowed.replace('{only_marked}', _ONLY_MARKED[dialect])}"
    if table not in ERASABLE:
        return ""
    rule = ERASABLE[table]
    parts = [f"NEW.{column} {same} OLD.{column}" for column in rule.kept]
    for field, position, columns in rule.marked:
        place = f"e.revision_number = OLD.{rule.revision} AND r.field = '{field}' AND r.position = {position}"
        touched = (*columns, *rule.also)
        unchanged = " AND ".join(f"NEW.{column} {same} OLD.{column}" for column in touched)
        marked = " AND ".join(f"NEW.{column} = {sql(mark)}" for column, mark in columns.items())
        extra = "".join(f" AND (NEW.{c} {same} OLD.{c} OR NEW.{c} = {sql(SAID)})" for c in rule.also)
        parts.append(f"(({unchanged}) OR EXISTS ({_REDACTION} AND {place} AND {marked}{extra}))")
    return " AND ".join(parts)


_REDACTION = "SELECT 1 FROM log_redacted r, log_entries e WHERE e.number = r.entry_number"
_SALT_GONE = (
    "EXISTS (SELECT 1 FROM log_redacted r WHERE r.entry_number = OLD.entry_number AND r.field = OLD.field "
    "AND r.position = OLD.position)"
)
_TOLD = (
    "EXISTS (SELECT 1 FROM log_entries e WHERE e.number = NEW.redaction_number AND e.type = 'redaction' "
    "AND e.payload LIKE '%\"subject\":' || NEW.entry_number || ',%' "
    "AND (e.payload LIKE '%\"' || NEW.field || '\"%' "
    "OR e.payload LIKE '%\"' || NEW.field || '/' || NEW.position || '\"%'))"
)
"""A leaf is canonical JSON, so this is how it names its subject and its fields."""


def _refuse(_mapper: object, _connection: Connection, target: object) -> None:
    raise Immutable(f"{MESSAGE}: {target!r}")


def _of_table(table: str, dialect: str) -> tuple[str, ...]:
    return statements(dialect, (table,))
