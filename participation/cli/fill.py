"""A large data set for measuring: many threads, long threads, votes. Bulk inserts; the same seed gives the same data.

Every counter is made to agree with its rows, so that `recount` finds nothing afterwards.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import func, insert, select, text, update

from participation.accounts.models import Role, User
from participation.base.db import Base, db
from participation.base.text import render
from participation.dialogue.models import Ballot, Comment, CommentKind, CommentVote, Stance, Tally, Thread
from participation.places.models import Region
from participation.proposals.models import (
    Proposal,
    ProposalState,
    ProposalStep,
    ProposalType,
    ProposalVersion,
    VersionReason,
)
from participation.strategy.models import MEASURES, Node

CHUNK = 10_000
VOTERS = 2_000
REPLY_SHARE = 0.3
RATED_SHARE = 0.2
REGIONS = (Region.BRANDENBURG,) * 5 + (Region.SACHSEN,) * 4 + (Region.NEIGHBOURS,) + (Region.ELSEWHERE,)
WORDS = (
    "Kraftwerk", "Bahnhof", "Kohle", "Wasser", "Spree", "Neiße", "Radweg", "Schule", "Werkstatt", "Handwerk",
    "Ausbildung", "Gemeinde", "Landkreis", "Strom", "Wärme", "Wasserstoff", "Speicher", "Wald", "Tagebau", "See",
    "Familie", "Arbeit", "Zukunft", "Sprache", "Sorben", "Nachbarn", "Polen", "Tschechien", "Gleis", "Netz",
    "Fläche", "Dorf", "Stadt", "Betrieb", "Forschung", "Hochschule", "Klinik", "Tourismus", "Glas", "Leichtbau",
    "Textil", "Holz", "Boden", "Energie",
)  # fmt: skip
OPENINGS = (
    "Ich finde, dass", "Aus meiner Erfahrung", "Bei uns im Ort", "Wichtig wäre mir, dass", "Ich bin skeptisch, ob",
    "Wer bezahlt, wenn", "Meine Enkel fragen,", "Schon 1990 haben wir gesehen, dass",
)  # fmt: skip


def fill(*, threads: int, comments: int, long: tuple[int, ...], seed: int, at: datetime) -> Counter[str]:
    """Add `threads` threads of about `comments` comments, and one of each length in `long`; return rows by table.

    Threads go to nodes that have none yet, then to new proposals. Expects an imported strategy; commits nothing.
    """
    chance = random.Random(seed)
    made: Counter[str] = Counter()
    texts = _texts(chance)
    voters = _voters(at, made)
    lengths = [*long, *(max(1, round(chance.gauss(comments, comments / 4))) for _ in range(threads))]
    next_thread = (db.session.scalar(select(func.max(Thread.id))) or 0) + 1
    next_comment = (db.session.scalar(select(func.max(Comment.id))) or 0) + 1
    subjects = _subjects(len(lengths), voters, chance, at, made)

    rows: list[dict[str, Any]] = []
    for number, (length, votable) in enumerate(zip(lengths, subjects.votable, strict=True)):
        thread_id = next_thread + number
        branch = list(_comments(length, thread_id, next_comment, voters, texts, chance, at))
        next_comment += len(branch)
        rows += branch
        stances = _ballots(thread_id, voters, chance, at) if votable else []
        _write(Thread, [_thread(thread_id, branch, stances, votable, at)], made)
        _write(Tally, _tallies(thread_id, stances), made)
        _write(Ballot, stances, made)
        if len(rows) >= CHUNK:
            _write_comments(rows, voters, chance, at, made)
            rows = []
    _write_comments(rows, voters, chance, at, made)
    subjects.attach(next_thread)
    _move_sequences()
    return made


class _Subjects:
    """What the new threads are about: free nodes first, then proposals made for the purpose."""

    def __init__(self, nodes: list[tuple[str, bool]], proposals: list[int]) -> None:
        self.nodes = nodes
        self.proposals = proposals
        self.votable = [votable for _id, votable in nodes] + [True] * len(proposals)

    def attach(self, first: int) -> None:
        """Give the threads, numbered from `first`, to their subjects."""
        for offset, (node_id, _votable) in enumerate(self.nodes):
            db.session.execute(update(Node).where(Node.id == node_id).values(thread_id=first + offset))
        pairs = [{"b": key, "t": first + len(self.nodes) + n} for n, key in enumerate(self.proposals)]
        for chunk in _chunks(pairs):
            db.session.connection().execute(text("UPDATE proposals SET thread_id = :t WHERE id = :b"), chunk)


def _subjects(
    number: int, voters: list[tuple[int, Region]], chance: random.Random, at: datetime, made: Counter[str]
) -> _Subjects:
    free = select(Node.id, Node.kind_id, Node.body).where(Node.has_thread, Node.thread_id.is_(None))
    votable = {"praemisse", "leitsatz", "grundsatz", *MEASURES}
    nodes = [
        (row.id, row.kind_id in votable) for row in db.session.execute(free.order_by(Node.reading_order).limit(number))
    ]
    targets = db.session.execute(select(Node.id, Node.body).where(Node.kind_id.in_(MEASURES))).all()
    first = (db.session.scalar(select(func.max(Proposal.id))) or 0) + 1
    number_from = (db.session.scalar(select(func.max(Proposal.number))) or 0) + 1
    proposals: list[dict[str, Any]] = []
    steps: list[dict[str, Any]] = []
    versions: list[dict[str, Any]] = []
    for n in range(number - len(nodes)):
        node_id, body = chance.choice(targets)
        author = chance.choice(voters)[0]
        when = at - timedelta(minutes=chance.randrange(200_000))
        reason = " ".join(chance.choices(WORDS, k=20))
        proposals.append(
            {
                "id": first + n, "number": number_from + n, "type": ProposalType.TEXT, "state": ProposalState.OPEN,
                "node_id": node_id, "base_revision": 1, "before": body,
                "title": f"{chance.choice(WORDS)} und {chance.choice(WORDS)}",
                "wording": f"{body} {chance.choice(WORDS)}", "reason": reason, "reason_html": f"<p>{reason}</p>",
                "author_id": author, "is_example": True, "created_at": when, "updated_at": when, "submitted_at": when,
                "open_until": at + timedelta(days=28), "supporter_count": 0, "version": 1,
            }
        )  # fmt: skip
        versions.append(_version(proposals[-1]))
        step = {
            "proposal_id": first + n,
            "state": ProposalState.SUBMITTED,
            "actor_id": author,
            "at": when,
            "version": 1,
        }
        steps.append(step)
    _write(Proposal, proposals, made)
    _write(ProposalVersion, versions, made)
    _write(ProposalStep, steps, made)
    for node_id, count in Counter(row["node_id"] for row in proposals).items():
        db.session.execute(update(Node).where(Node.id == node_id).values(open_proposals=Node.open_proposals + count))
    return _Subjects(nodes, [row["id"] for row in proposals])


def _version(proposal: dict[str, Any]) -> dict[str, Any]:
    """Return the first version of a proposal."""
    kept = ("node_id", "base_revision", "before", "title", "wording", "reason", "reason_html")
    return {
        "proposal_id": proposal["id"], "version": 1, "why": VersionReason.SUBMITTED, "at": proposal["submitted_at"],
        "by_id": proposal["author_id"], "other_before": "", "diff_html": "", "benefit": "", "culture": "",
        "lang": "de", **{name: proposal[name] for name in kept},
    }  # fmt: skip


def _texts(chance: random.Random) -> list[tuple[str, str]]:
    """Return a pool of comments, each as source and HTML, rendered once."""
    pool = []
    for _ in range(300):
        words = chance.choices(WORDS, k=chance.randint(12, 60))
        body = f"{chance.choice(OPENINGS)} {' '.join(words)}."
        pool.append((body, render(body).html))
    return pool


def _voters(at: datetime, made: Counter[str]) -> list[tuple[int, Region]]:
    """Return the people who write and vote; the same ones in every run."""
    like = User.email.like("fill-%@example.org")
    if not db.session.scalar(select(func.count()).where(like)):
        people = [
            {
                "email": f"fill-{n}@example.org", "display_name": f"Beispiel {n}", "password_hash": "!",
                "role": Role.RESIDENT, "region": REGIONS[n % len(REGIONS)], "confirmed_at": at, "created_at": at,
                "is_example": True, "admitted": 1,
            }
            for n in range(VOTERS)
        ]  # fmt: skip
        _write(User, people, made)
    return [
        (row.id, row.region) for row in db.session.execute(select(User.id, User.region).where(like).order_by(User.id))
    ]


def _comments(
    length: int,
    thread_id: int,
    first: int,
    voters: list[tuple[int, Region]],
    texts: list[tuple[str, str]],
    chance: random.Random,
    at: datetime,
) -> Iterator[dict[str, Any]]:
    """Make one thread's comments in order of writing; replies go to any earlier one."""
    kinds = list(CommentKind)
    roots: dict[int, int] = {}
    for number in range(length):
        key = first + number
        parent = chance.randrange(first, key) if number and chance.random() < REPLY_SHARE else None
        roots[key] = key if parent is None else roots[parent]
        body, html = chance.choice(texts)
        yield {
            "id": key, "thread_id": thread_id, "parent_id": parent,
            "root_id": None if parent is None else roots[parent],
            "author_id": chance.choice(voters)[0],
            "kind": chance.choice(kinds) if parent is None else None,
            "body": body, "html": html, "sanitiser": 1,
            "created_at": at - timedelta(minutes=length - number),
            "helpful": 0, "unhelpful": 0, "score": 0, "reply_count": 0,
        }  # fmt: skip


def _write_comments(
    rows: list[dict[str, Any]],
    voters: list[tuple[int, Region]],
    chance: random.Random,
    at: datetime,
    made: Counter[str],
) -> None:
    """Write comments with their ratings and reply counts."""
    replies = Counter(row["root_id"] for row in rows if row["root_id"])
    votes: list[dict[str, Any]] = []
    for row in rows:
        row["reply_count"] = replies[row["id"]] if row["root_id"] is None else 0
        if chance.random() < RATED_SHARE:
            for voter, _region in chance.sample(voters, chance.randint(1, 6)):
                helpful = chance.random() < 0.8
                votes.append({"comment_id": row["id"], "voter_id": voter, "helpful": helpful, "cast_at": at})
                row["helpful" if helpful else "unhelpful"] += 1
            row["score"] = row["helpful"] - row["unhelpful"]
    _write(Comment, rows, made)
    _write(CommentVote, votes, made)


def _ballots(
    thread_id: int, voters: list[tuple[int, Region]], chance: random.Random, at: datetime
) -> list[dict[str, Any]]:
    stances = (Stance.YES,) * 6 + (Stance.NO,) * 3 + (Stance.ABSTAIN,)
    return [
        {
            "thread_id": thread_id,
            "voter_id": voter,
            "stance": chance.choice(stances),
            "region": region,
            "round": 1,
            "cast_at": at,
        }
        for voter, region in chance.sample(voters, chance.randint(0, 120))
    ]


COLUMN = {Stance.YES: "yes", Stance.NO: "no", Stance.ABSTAIN: "abstain"}


def _tallies(thread_id: int, ballots: list[dict[str, Any]]) -> list[dict[str, Any]]:
    counted = Counter((row["region"], row["stance"]) for row in ballots)
    return [
        {"thread_id": thread_id, "region": region, **{name: counted[region, stance] for stance, name in COLUMN.items()}}
        for region in {row["region"] for row in ballots}
    ]


def _thread(
    thread_id: int, comments: list[dict[str, Any]], ballots: list[dict[str, Any]], votable: bool, at: datetime
) -> dict[str, Any]:
    kinds = Counter(row["kind"] for row in comments if row["root_id"] is None)
    stances = Counter(row["stance"] for row in ballots)
    return {
        "id": thread_id, "votable": votable, "comment_count": len(comments), "root_count": sum(kinds.values()),
        "last_comment_at": comments[-1]["created_at"], "created_at": at,
        **{kind.value: kinds[kind] for kind in CommentKind},
        **{name: stances[stance] for stance, name in COLUMN.items()},
    }  # fmt: skip


def _write(table: type[Base], rows: list[dict[str, Any]], made: Counter[str]) -> None:
    for chunk in _chunks(rows):
        db.session.connection().execute(insert(table.__table__), chunk)  # type: ignore[arg-type]
    made[table.__tablename__] += len(rows)


def _chunks(rows: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    rest = iter(rows)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk


def _move_sequences() -> None:
    """Tell PostgreSQL about the ids given here."""
    if db.engine.dialect.name == "postgresql":
        for table in ("threads", "comments", "proposals"):
            move = f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"  # noqa: S608 - fixed names
            db.session.execute(text(move))
