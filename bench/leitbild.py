"""Measure the Leitbild's bars: `python bench/leitbild.py sqlite`, or the URL of an empty database.

A version of 300 nodes, 2,000 sentences and 100 changes: how long publishing it takes. Then 200 versions in all: how
much longer reading the current one takes, with every sentence's origin, than with 2. Everything goes through the
operations. "Measuring" in the README has the figures.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from pathlib import Path

from flask.testing import FlaskClient
from sqlalchemy import func, insert, select

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import config  # noqa: E402
from participation import models  # noqa: E402
from participation.accounts.models import Role, User  # noqa: E402
from participation.accounts.operations import create_account  # noqa: E402
from participation.app import create_app  # noqa: E402
from participation.base.clock import now  # noqa: E402
from participation.base.db import db, transaction  # noqa: E402
from participation.base.text import render_wording  # noqa: E402
from participation.leitbild.changes import approve_change, draft_change, submit_change  # noqa: E402
from participation.leitbild.drafts import collect, open_draft, save_draft, submit_draft  # noqa: E402
from participation.leitbild.first import publish_first  # noqa: E402
from participation.leitbild.models import Change, ChangeKind  # noqa: E402
from participation.leitbild.publish import publish  # noqa: E402
from participation.leitbild.queries import current_number  # noqa: E402
from participation.leitbild.sentence_models import Placement  # noqa: E402
from participation.leitbild.wording import ChangeFields  # noqa: E402
from participation.outcomes.models import Outcome  # noqa: E402
from participation.strategy.models import Kind, Node  # noqa: E402
from tests.factories.outcomes import node_comment, outcome  # noqa: E402

NODES, SENTENCES, CHANGES, VERSIONS = 300, 2_000, 100, 200
WORDS = (
    "Radwege", "Brücken", "Forschung", "Arbeit", "Wasser", "Strom", "Dörfer", "Städte", "Kinder", "Schulen",
    "Bahnen", "Wälder", "Seen", "Kultur",
)  # fmt: skip
VERBS = (
    "verbinden", "stärken", "tragen", "öffnen", "erneuern", "schützen", "fördern", "brauchen",
)  # fmt: skip
READS = 100


def main(where: str) -> None:
    """Fill a database and print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/bench.db" if where == "sqlite" else where
        app = create_app(config.load({"PARTICIPATION_MODE": "test", "INSTANCE": folder, "DATABASE_URL": url}))
        with app.app_context():
            models.metadata.create_all(db.engine)
            chance = random.Random(1)
            people = fill(chance)
            client = app.test_client()
            print(f"{db.engine.dialect.name}: {NODES} nodes, {placed()} sentences")
            seconds = revise(chance, people, CHANGES)
            print(f"publish {CHANGES} changes: {seconds:.2f} s (bar: 5 s)")
            few = read(client)
            while current_number() < VERSIONS:
                revise(chance, people, 5)
            many = read(client)
            print(f"read the current version with origins: {few * 1000:.1f} ms with 2 versions, ")
            print(f"  {many * 1000:.1f} ms with {VERSIONS}: ratio {many / few:.2f} (bar: 1.3)")
            seconds = revise(chance, people, CHANGES)
            print(f"publish {CHANGES} changes with {VERSIONS} versions before: {seconds:.2f} s")
            db.session.remove()
            db.engine.dispose()


def sentence(chance: random.Random) -> str:
    """Return a sentence of about ten words."""
    one, two, three = chance.sample(WORDS, 3)
    return f"Wir {chance.choice(VERBS)} {one} und {two}, z. B. bis {chance.randint(2026, 2099)} auch {three}."


def fill(chance: random.Random) -> tuple[User, User, Outcome]:
    """Write the nodes as revision 1, and return two moderators and an outcome that carries every change."""
    with transaction():
        kind = {"label": "Maßnahme", "plural": "Maßnahmen", "description": "", "votable": True, "has_status": True}
        kind |= {"proposal_types": ["textaenderung"], "question": None, "position": 0}
        db.session.execute(insert(Kind), [{"id": "massnahme", **kind}])
        rows = []
        for place in range(NODES):
            many = SENTENCES // NODES + (place < SENTENCES % NODES)
            body = " ".join(sentence(chance) for _ in range(many))
            rows.append(
                {
                    "id": f"n{place}",
                    "kind_id": "massnahme",
                    "parent_id": None if place == 0 else "n0",
                    "position": place,
                    "reading_order": place * 1000,
                    "depth": min(place, 1),
                    "title": f"Stelle {place}",
                    "body": body,
                    "html": render_wording(body).html,
                    "has_thread": True,
                    "thread_node_id": f"n{place}",
                }
            )
        db.session.execute(insert(Node), rows)
        publish_first(now())
        first, second = (
            create_account(
                email=f"{name}@example.org", display_name=name, password="drei Birken am See", role=Role.MODERATOR
            )
            for name in ("wendt", "nowak")
        )
        carrying = outcome(node_comment(node_id="n0"), node_id="n0")
    return first, second, carrying


def revise(chance: random.Random, people: tuple[User, User, Outcome], count: int) -> float:
    """Edit a few sentences of some nodes, publish them as the next version, and return how long publishing took."""
    with transaction():
        first, second, _carrying = people = loaded(people)
        draft = open_draft(first, title=f"Fassung {current_number() + 1}")
        save_draft(first, draft, title=draft.title, summary="Vieles ist neu.", expected_edit=draft.edit)
        nodes = db.session.scalars(select(Node).order_by(Node.reading_order)).all()
        for node in chance.sample(nodes, count):
            collect(first, draft, approved(chance, node, people), expected_edit=draft.edit)
        submit_draft(first, draft, expected_edit=draft.edit)
    start = time.perf_counter()
    with transaction():
        publish(second, draft, expected_edit=draft.edit)
    return time.perf_counter() - start


def loaded(people: tuple[User, User, Outcome]) -> tuple[User, User, Outcome]:
    """Return people and outcome in the session of now."""
    first, second, carrying = people
    return db.session.merge(first), db.session.merge(second), db.session.merge(carrying)


def approved(chance: random.Random, node: Node, people: tuple[User, User, Outcome]) -> Change:
    """Return a change that edits one sentence, adds or drops one, and sometimes turns two round."""
    first, second, carrying = people
    parts = node.body.replace("z. B.", "z.B.").split(". ")
    at = chance.randrange(len(parts))
    parts[at] = parts[at].replace("und", "sowie", 1) if "und" in parts[at] else sentence(chance)[:-1]
    if len(parts) < 10 and chance.random() < 0.5:
        parts.insert(at, sentence(chance)[:-1])
    elif len(parts) > 3 and chance.random() < 0.5:
        parts.pop()
    chance.shuffle(parts) if chance.random() < 0.2 else None
    fields = ChangeFields(
        kind=ChangeKind.TEXT,
        outcome_ids=(carrying.id,),
        node_id=node.id,
        after=". ".join(parts).rstrip(".") + f" {chance.randint(0, 10**9)}.",
        reason="Zum Messen.",
        culture="Keine Auswirkung.",
        cross_border="Keine Auswirkung.",
        based_on=node.since_revision,
    )
    change = draft_change(first, fields)
    submit_change(first, change, expected_edit=change.edit)
    return approve_change(second, change, expected_edit=change.edit)


def read(client: FlaskClient) -> float:
    """Return the shortest time of a page with every sentence's origin: other work on the machine only adds to it."""
    times = []
    for _ in range(READS):
        db.session.remove()
        start = time.perf_counter()
        assert client.get("/leitbild?ansicht=herkunft").status_code == 200
        times.append(time.perf_counter() - start)
    return min(times)


def placed() -> int:
    """Return how many sentences are placed."""
    return db.session.scalar(select(func.count()).select_from(Placement)) or 0


if __name__ == "__main__":
    main(*sys.argv[1:] or ["sqlite"])
