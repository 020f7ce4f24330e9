"""Erasing: requested by one moderator, done by another, in one transaction with the entries that say so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from participation.accounts.models import User
from participation.base.clock import now
from participation.base.db import db
from participation.base.events import emit
from participation.base.text import normalise, shown
from participation.base.verdict import Conflict, DomainError, require
from participation.dialogue import anchors
from participation.errata import plan as planning
from participation.errata.events import TextErased
from participation.errata.models import Erasure, ErasureState, Ground, Objection, Redaction
from participation.errata.plan import Cut, Facts, Plan
from participation.errata.policy import may_erase, may_request_erasure, may_withdraw_erasure
from participation.errata.telling import redaction_values
from participation.ledger import erased
from participation.ledger.commitments import Opening
from participation.ledger.entries import append, erase, opened, path, redacted, salts
from participation.ledger.export import commitments
from participation.ledger.leaf import LISTS, LeafType, read
from participation.ledger.models import LogEntry
from participation.leitbild import payload, telling
from participation.leitbild.changes import diff_html
from participation.leitbild.models import AnnexEntry, Change
from participation.merging import forgetting as merging
from participation.proposals.models import Proposal, ProposalVersion
from participation.resolutions import telling as resolution_telling
from participation.strategy.models import ContentImport, Node

REASON_LIMIT = 1000

BLANK = "gelöscht"
"""Stands in the place of an objection whose author's account was deleted."""

_TELLERS = {LeafType.REVISION: telling.tell, LeafType.RESOLUTION: resolution_telling.tell}
"""Entries that hold something that can be erased."""


class ErasureIncomplete(DomainError):
    """Ground, reason or pieces are missing."""

    default = _l("Wählen Sie, was getilgt wird, und schreiben Sie öffentlich, warum.")


class RepeatsIt(DomainError):
    """The public reason repeats what is to go."""

    default = _l("Die Begründung ist öffentlich und bleibt für immer. Sie darf nicht wiederholen, was getilgt wird.")


class PlanChanged(Conflict):
    """What the pieces mean has changed since the request."""

    default = _l("Seit dem Antrag ist etwas dazugekommen. Ziehen Sie ihn zurück und stellen Sie ihn neu.")


class DoesNotFit(Conflict):
    """The tables do not hold what the entry commits to; erasing would hide that."""

    default = _l(
        "Der Eintrag passt nicht mehr zu dem, was veröffentlicht wurde. Lassen Sie zuerst den Betrieb das Log prüfen."
    )


class AnotherEntry(Conflict):
    """Someone appended to the log at the same moment."""

    default = _l("Im selben Augenblick kam ein anderer Eintrag ins Revisionslog. Versuchen Sie es noch einmal.")


def request_erasure(actor: User, pieces: Sequence[str], ground: Ground | None, reason: str) -> Erasure:
    """Ask for pieces of what was published to be erased.

    Raises:
        ErasureIncomplete, RepeatsIt: if the request says too little or too much.
        NothingThere, NotInLog, StillInForce, WouldReturn: as `plan` does.
    """
    require(may_request_erasure(actor))
    reason = normalise(reason, limit=REASON_LIMIT)
    if not pieces or ground is None or ground is Ground.ACCOUNT or not reason:
        raise ErasureIncomplete
    found = planning.plan(pieces)
    _require_silence(found, reason)
    erasure = Erasure(
        ground=ground, reason=reason, pieces=list(dict.fromkeys(pieces)), fields=found.fields, author_id=actor.id
    )
    db.session.add(erasure)
    db.session.flush()
    return erasure


def withdraw_erasure(actor: User, erasure: Erasure) -> Erasure:
    """Give a request up."""
    erasure = _locked(erasure)
    require(may_withdraw_erasure(actor, erasure))
    erasure.state = ErasureState.WITHDRAWN
    db.session.flush()
    return erasure


def do_erasure(actor: User, erasure: Erasure) -> list[LogEntry]:
    """Erase what was requested, as the second moderator; return the entries that say so, one for each entry touched.

    Raises:
        PlanChanged: if the pieces mean more or less than when they were requested.
        DoesNotFit: if the tables were altered before.
    """
    erasure = _locked(erasure)
    require(may_erase(actor, erasure))
    found = planning.plan(erasure.pieces)
    if found.fields != erasure.fields:
        raise PlanChanged
    erasure.approver_id = actor.id
    try:
        return _carry_out(erasure, found)
    except IntegrityError as error:
        raise AnotherEntry from error


def redact_names(user_id: int) -> list[LogEntry]:
    """Erase a person's names under seal from everything they signed, because their account goes.

    Takes no actor: nobody decides about this, the account's end does. Returns the entries that say so.

    Raises:
        AnotherEntry: if someone appended to the log at the same moment.
    """
    pieces = planning.names_of(user_id)
    if not pieces:
        return []
    found = planning.plan(pieces)
    erasure = Erasure(
        ground=Ground.ACCOUNT,
        reason="Ein Konto wurde gelöscht; damit ist auch der versiegelte Name getilgt.",
        pieces=pieces,
        fields=found.fields,
    )
    db.session.add(erasure)
    db.session.flush()
    try:
        return _carry_out(erasure, found)
    except IntegrityError as error:
        raise AnotherEntry from error


def blank_objections(user_id: int) -> None:
    """Delete what a person objected, because their account goes; that somebody objected stays counted."""
    mine = update(Objection).where(Objection.author_id == user_id)
    db.session.execute(mine.values(text=BLANK), execution_options={"synchronize_session": False})


def _carry_out(erasure: Erasure, found: Plan) -> list[LogEntry]:
    at = now()
    public, sealed = redaction_values(erasure)
    made: dict[int, LogEntry] = {}
    for subject in found.entries:
        cuts = sorted(cut for cut in found.cuts if cut.entry == subject)
        about, gone = _commitments(subject, cuts)
        entry = append(
            LeafType.REDACTION,
            document=payload.DOCUMENT,
            at=at,
            public=public,
            sealed=sealed,
            extra={
                "subject": subject,
                "subject_hash": about.hash,
                "fields": [path(cut.field, cut.place) for cut in cuts],
            },
        )
        db.session.add(Redaction(entry_number=entry.number, subject=subject, erasure_id=erasure.id))
        db.session.flush()
        erase(subject, gone, entry.number, erasure.ground.value)
        made[subject] = entry
    _overwrite(found, {subject: entry.number for subject, entry in made.items()}, erasure.ground.value)
    erasure.state, erasure.done_at = ErasureState.DONE, at
    db.session.flush()
    db.session.expire_all()
    first = min(entry.number for entry in made.values())
    seen = frozenset(text for texts in found.seen.values() for text in texts)
    emit(TextErased(found.texts | seen, erased.said(first, erasure.ground.value), found.revisions))
    return list(made.values())


def _commitments(subject: int, cuts: Sequence[Cut]) -> tuple[LogEntry, dict[tuple[str, int], bytes]]:
    """Return an entry and the commitments to what goes; the tables must hold what was committed to."""
    entry = db.session.get_one(LogEntry, subject)
    told = _TELLERS[entry.type](entry) if entry.type in _TELLERS else None
    if told is None:
        raise DoesNotFit
    known, before = salts([subject]).get(subject, {}), redacted([subject]).get(subject)
    content = {
        **opened(told.public, known, before),
        # A name may have changed since; its salt goes all the same.
        **opened({name: value for name, value in told.sealed.items() if not name.endswith("_name")}, known, before),
    }
    leaf = read(entry.payload)
    promised = {**leaf.commitments, **leaf.sealed}
    made = commitments(content)
    gone: dict[tuple[str, int], bytes] = {}
    for cut in cuts:
        if cut.field.endswith("_name") and cut.field in promised:
            gone[cut.field, cut.place] = bytes.fromhex(promised[cut.field])
            continue
        if made.get(cut.field) != promised.get(cut.field):
            raise DoesNotFit
        item: Any = content[cut.field]
        if cut.field in LISTS:
            item = item[cut.place]
        if not isinstance(item, Opening):
            raise DoesNotFit
        gone[cut.field, cut.place] = item.commitment
    return entry, gone


def _overwrite(found: Plan, numbers: dict[int, int], ground: str) -> None:
    """Put the marks where the texts were, and make comparisons anew from them."""
    first = min(numbers.values())
    for write in found.writes:
        number = numbers.get(write.entry, first)
        values = {column: mark(number, ground) for column, mark in write.columns.items()}
        db.session.execute(
            update(write.model).where(write.where).values(values).execution_options(synchronize_session=False)
        )
    db.session.expire_all()
    for change in db.session.scalars(select(Change).where(Change.id.in_(found.diffs))):
        change.diff_html = diff_html(change.before, change.after)
    for proposal in db.session.scalars(select(Proposal).where(Proposal.id.in_(found.proposals))):
        proposal.diff_html = diff_html(proposal.before, proposal.wording) if proposal.wording else ""
    for version in db.session.scalars(select(ProposalVersion).where(ProposalVersion.proposal_id.in_(found.proposals))):
        version.diff_html = diff_html(version.before, version.wording) if version.wording else ""
    for facts in found.facts:
        _mark_facts(facts, erased.said(numbers.get(facts.entry, first), ground))
    for node_id, seen in found.seen.items():
        node = db.session.get_one(Node, node_id)
        read_now = shown(node.html) if node.is_current else ""
        for text in seen:
            anchors.forget(node_id, text, read_now, erased.said(first, ground))
    for node_id, bodies in found.bodies.items():
        merging.forget(node_id, bodies)
    if found.nodes:
        _forget_imported(found, erased.said(first, ground))
    db.session.flush()


def _mark_facts(facts: Facts, mark: str) -> None:
    """Put a mark into a line of a list of measures; other texts of the line may have become marks just before."""
    mine = (AnnexEntry.revision_number == facts.revision_number) & (AnnexEntry.node_id == facts.node_id)
    said = db.session.scalars(select(AnnexEntry.facts).where(mine)).one()
    marked = update(AnnexEntry).where(mine).values(facts=facts.marked(said, mark))
    db.session.execute(marked.execution_options(synchronize_session=False))


def _forget_imported(found: Plan, mark: str) -> None:
    for memory in db.session.scalars(select(ContentImport)):
        lines = dict(memory.wording)
        for node_id in found.nodes & set(lines):
            lines[node_id] = [
                f"{name}: {mark if value in found.texts else value}"
                for name, _colon, value in (line.partition(": ") for line in lines[node_id])
            ]
        memory.wording = lines


def _require_silence(found: Plan, reason: str) -> None:
    if any(text in reason for text in found.texts):
        raise RepeatsIt


def _locked(erasure: Erasure) -> Erasure:
    """Return the request as it stands in the database now, locked until the transaction ends."""
    chosen = select(Erasure).where(Erasure.id == erasure.id).with_for_update()
    return db.session.scalars(chosen.execution_options(populate_existing=True)).one()
