"""The migration takes down what comments were about before there were anchors."""

from __future__ import annotations

from datetime import UTC, datetime

import flask_migrate
import pytest
import sqlalchemy as sa

from participation.base.db import db

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning", "ignore::UserWarning")

DAY = [datetime(2026, 11, day, tzinfo=UTC) for day in range(1, 29)]
BLANK = {sa.Boolean: False, sa.Integer: 0, sa.DateTime: DAY[0], sa.JSON: []}


@pytest.fixture
def empty_app(databases, backend):
    with databases.app(databases.new_url(backend, None)) as app, app.app_context():
        yield app


def add(connection: sa.Connection, name: str, **values: object) -> None:
    """Insert a row; what must not be empty and is not named gets something."""
    table = sa.Table(name, sa.MetaData(), autoload_with=connection)
    for column in table.columns:
        if column.name not in values and not column.nullable and column.name != "id":
            kind = next((kind for kind in BLANK if isinstance(column.type, kind)), None)
            values[column.name] = BLANK[kind] if kind else ""
    connection.execute(table.insert().values(values))


def test_points_that_comments_name_are_taken_down(empty_app):
    flask_migrate.upgrade(revision="0004")
    with db.engine.begin() as connection:
        for number in (1, 2):
            people = {"author_id": 1, "approver_id": 2} if number > 1 else {}
            if number == 2:
                for ident in (1, 2):
                    add(
                        connection,
                        "users",
                        id=ident,
                        email=f"p{ident}@example.org",
                        role="resident",
                        region="brandenburg",
                        locale="de",
                        session_key=f"s{ident}",
                    )
            add(connection, "revisions", number=number, published_at=DAY[10 * number - 10], **people)
        add(connection, "kinds", id="punkt")
        wordings = {"same": ("<p>Bahn</p>", "<p>Bahn</p>"), "new": ("<p>Bahn &amp; Bus</p>", "<p>Bus</p>")}
        wordings["gone"] = ("<p><em>Bahn</em></p>", "")
        add(connection, "threads", id=1, state="open", round=1)
        for position, (node_id, (before, now)) in enumerate(wordings.items()):
            state = {"same": "unveraendert", "new": "geaendert", "gone": "gestrichen"}[node_id]
            since = 1 if node_id == "same" else 2
            common = {"kind_id": "punkt", "position": position, "text_state": state}
            add(connection, "nodes", id=node_id, html=now, since_revision=since, reading_order=position, **common)
            for number, html in ((1, before), (2, now)):
                add(connection, "passages", revision_number=number, node_id=node_id, html=html, **common)
        about = ["same", "new", "gone", "new", None]
        for ident, anchor in enumerate(about, 1):
            late = ident == 4
            add(
                connection,
                "comments",
                id=ident,
                thread_id=1,
                author_id=1,
                kind="frage",
                anchor=anchor,
                state="visible",
                created_at=DAY[20 if late else 5],
            )
    flask_migrate.upgrade(revision="0005")
    with db.engine.connect() as connection:
        rows = connection.execute(sa.text("SELECT * FROM anchors ORDER BY comment_id")).all()
    assert [(r.comment_id, r.subject, r.revision, r.exact, r.state, r.changed_in) for r in rows] == [
        (1, "same", 1, "Bahn", "gilt", None),
        (2, "new", 1, "Bahn & Bus", "geaendert", 2),
        (3, "gone", 1, "Bahn", "entfallen", 2),
        (4, "new", 2, "Bus", "gilt", None),
    ]
    flask_migrate.downgrade(revision="0004")
    with db.engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT count(anchor) FROM comments")) == 4
    flask_migrate.upgrade(revision="0005")
    with db.engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM anchors")) == 4
