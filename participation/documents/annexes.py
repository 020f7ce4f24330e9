"""What follows the wording: measures, changes, what is gone, sources, and how to check it all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from sqlalchemy import select

from participation.base.clock import now
from participation.base.db import db
from participation.documents import measures, words
from participation.documents.blocks import Block, Cell, Heading, Imprint, Part, Table, Text, Words
from participation.ledger import queries as ledger
from participation.leitbild import queries
from participation.leitbild.models import Change
from participation.leitbild.provenance import grounds
from participation.leitbild.queries import Line, RevisionRow
from participation.resolutions.queries import standing
from participation.strategy.models import NodeNote


def measure_list(number: int) -> Part:
    """Return the annex: every measure that ever had an id, as a table for each cluster."""
    groups = measures.groups(number)
    count = sum(len(group.measures) for group in groups)
    blocks: list[Block] = [
        Text(
            f"{words.many(count, 'Maßnahme', 'Maßnahmen')}. Die Liste ist mit dieser Fassung festgehalten; auch "
            "Gestrichenes bleibt darin stehen. „Wortlaut“ vergleicht mit der Fassung davor."
        )
    ]
    for place, group in enumerate(groups, 1):
        blocks.append(Heading(3, group.title, f"anhang-massnahmen-{place}", group.cluster_id))
        blocks.append(
            Table(
                caption=words.many(len(group.measures), "Maßnahme", "Maßnahmen"),
                headings=("Maßnahme", "Horizont", "Orte", "Wortlaut", "Umsetzung", "Herkunft und Ergebnis"),
                widths=(36, 9, 11, 11, 18, 15),
                rows=tuple(_measure(one) for one in group.measures),
                cluster=group.cluster_id,
            )
        )
    return Part("anhang-massnahmen", "Anhang: Maßnahmenliste", tuple(blocks), is_wide=True, is_annex=True)


def _measure(one: measures.Measure) -> tuple[Cell, ...]:
    # Where the wording begins with the title, it says it all.
    told = one.wording.casefold().startswith(one.title.casefold().rstrip(" ….")) or one.entry.is_gone
    name = [Words(one.wording, "strong")] if told else [Words(one.title, "strong"), Words(one.wording, "wording")]
    if one.entry.theme:
        name.append(Words(one.entry.theme, "note"))
    return (
        tuple(name),
        (Words(one.horizon or "–"),),
        (Words(", ".join(one.entry.places) or "–"),),
        (Words(one.text_state), *([Words(one.change, "note")] if one.change else [])),
        tuple(_status(one)),
        tuple(_origin(one)),
    )


def _status(one: measures.Measure) -> Iterator[Words]:
    entry = one.entry
    yield Words(one.status)
    if entry.status_since:
        yield Words(f"seit {words.day(entry.status_since)}", "note")
    # The address of the source stands in the other formats; a column is no place for it.
    for text in (entry.carrier and f"Träger: {entry.carrier}", entry.status_reference, entry.status_source):
        if text:
            yield Words(text, "note")
    if entry.status_review:
        yield Words(f"Wiedervorlage {words.day(entry.status_review)}", "note")


def _origin(one: measures.Measure) -> Iterator[Words]:
    yield from (Words(text) for text in one.origin)
    votes = one.entry.votes
    if one.outcome:
        told = f", {words.many(votes.n, 'Stimme', 'Stimmen')}, davon {votes.yes} dafür" if votes.n else ""
        yield Words(f"Ergebnis {one.outcome}{told}", "note")
    if one.examinations:
        yield Words(words.many(len(one.examinations), "offener Prüfauftrag", "offene Prüfaufträge"), "note")


def change_list(changes: Sequence[Change]) -> Part:
    """Return the changes that a version brought, with their reasons."""
    rests_on = grounds([change.id for change in changes])
    rows = tuple(
        (
            (Words(change.reference, "strong"), Words(words.CHANGES[change.kind], "note")),
            (Words(change.node.title if change.node else change.new_title),),
            (Words(change.reason),),
            tuple(Words(f"E-{ground.number}") for ground in rests_on[change.id]),
        )
        for change in changes
    )
    table = Table(
        caption="Änderungen dieser Fassung mit Begründung",
        headings=("Änderung", "Stelle", "Begründung", "Ergebnis"),
        widths=(15, 27, 44, 14),
        rows=rows,
    )
    return Part("anhang-aenderungen", "Anhang: Änderungen in dieser Fassung", (table,), is_annex=True)


def resolutions(number: int) -> Iterator[Part]:
    """Yield what bodies have decided about a version by now, if any is asked; one statement.

    A signed resolution has the documents made anew, so this is never older than they are.
    """
    votes = standing(number, period=timedelta(0), at=now()).votes
    if votes:
        rows = tuple(
            (
                (Words(vote.name),),
                (Words(words.DECISIONS[vote.decision] if vote.decision else "noch offen"),),
                (Words(f"{words.day(vote.date)}, {vote.reference}" if vote.date else "–"),),
                (Words(f"Eintrag {vote.entry_number}" if vote.entry_number else "–"),),
            )
            for vote in votes
        )
        table = Table(
            "Beschlüsse der Gremien über diese Fassung",
            ("Gremium", "Beschluss", "Sitzung", "Im Revisionslog"),
            (34, 24, 26, 16),
            rows,
        )
        yield Part("anhang-beschluesse", "Anhang: Beschlüsse", (table,), is_annex=True)


def gone(lines: Sequence[Line]) -> Iterator[Part]:
    """Yield the list of passages that no longer belong to the text, if there are any."""
    gone = [line for line in lines if not line.is_current]
    if gone:
        rows = tuple(
            (
                (Words(line.title),),
                (Words(words.TEXT_STATES[line.state]),),
                (Words(f"Ä-{line.change_id}" if line.change_id else "–"),),
            )
            for line in gone
        )
        table = Table("Gestrichene und zusammengeführte Stellen", ("Stelle", "Stand", "Änderung"), (64, 20, 16), rows)
        yield Part("anhang-gestrichen", "Anhang: Gestrichene Stellen", (table,), is_annex=True)


def sources(lines: Sequence[Line], imprint: Imprint) -> Part:
    """Return the sources: the presentation with the lines each chapter was taken from, and what came later."""
    notes = db.session.execute(select(NodeNote.node_id, NodeNote.seed_lines))
    rows = {note.node_id: note.seed_lines for note in notes}
    blocks: list[Block] = []
    if imprint.source is not None:
        blocks.append(
            Text(
                f"Präsentation „{imprint.source.title}“, {imprint.source.lines} Zeilen; eingelesen als "
                f"Ausgangsfassung. {imprint.source.note or ''}".strip()
            )
        )
        blocks.append(Text(f"SHA-256 der Vorlage: {words.grouped(imprint.source.sha256)}", voice="code"))
    blocks.append(
        Text(
            "Was seither dazukam, steht auf Ergebnissen des Gesprächs (E-1, E-2 …) und auf Vorschlägen (V-1, V-2 …). "
            f"Jede Nummer ist eine Seite unter {words.host(imprint.address)}."
        )
    )
    chapter, found = "", dict[str, list[int]]()
    for line in lines:
        if line.kind_id in queries.SECTIONS or line.depth == 0:
            chapter = line.title
        found.setdefault(chapter, []).extend(rows.get(line.node_id) or ())
    taken = [(title, tuple(numbers)) for title, numbers in found.items() if numbers]
    if taken:
        blocks.append(
            Table(
                "Zeilen der Präsentation, aus denen ein Abschnitt stammt",
                ("Abschnitt", "Zeilen der Präsentation"),
                (42, 58),
                tuple(((Words(title),), (Words(words.ranges(numbers)),)) for title, numbers in taken),
            )
        )
    return Part("quellen", "Quellen", tuple(blocks), is_annex=True)


def proof(row: RevisionRow, imprint: Imprint) -> Part:
    """Return the last page: which entry of the log seals the version, and how anybody checks it."""
    root = ledger.tree(row.log_number).root().hex()
    table = Table(
        "Diese Fassung im Revisionslog",
        ("Angabe", "Wert"),
        (30, 70),
        (
            ((Words("Eintrag"),), (Words(f"{row.log_number} ({words.day(row.published_at)})"),)),
            ((Words("Prüfsumme des Eintrags"),), (Words(words.grouped(row.hash), "code"),)),
            ((Words("Wurzel des Logs bis zu diesem Eintrag"),), (Words(words.grouped(root), "code"),)),
            ((Words("Fassung im Netz"),), (Words(f"{imprint.address}/leitbild/fassung/{row.number}", "code"),)),
            ((Words("Revisionslog und Prüfprogramm"),), (Words(f"{imprint.address}/log", "code"),)),
        ),
    )
    return Part(
        "pruefen",
        "Nachprüfen",
        (
            Text(
                "Jede Fassung ist ein Eintrag in einem öffentlichen Log. Wer ein Wort ändert, ändert die Prüfsumme des "
                "Eintrags und damit die Wurzel des ganzen Logs. Unter der Adresse des Logs liegt ein Prüfprogramm, das "
                "ohne uns auskommt: Es vergleicht Text, Einträge und Unterschriften. Stimmt die Wurzel dort mit der "
                "hier gedruckten überein, ist der Wortlaut dieser Fassung der veröffentlichte."
            ),
            table,
        ),
        is_annex=True,
    )
