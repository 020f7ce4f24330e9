"""What an import takes over, what it refuses, and that a refusal leaves everything as it was."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from sqlalchemy import func, select

from participation.base.db import Base, db, transaction
from participation.base.yaml_source import ContentError
from participation.dialogue.models import CommentKind
from participation.dialogue.operations import write_comment
from participation.ledger.models import LogEntry
from participation.leitbild.models import Passage, Revision
from participation.places.models import Place
from participation.strategy.importer import WordingChanged, import_content
from participation.strategy.models import ContentImport, Node, NodeNote
from participation.strategy.operations import thread_of
from tests.factories import accounts, proposals

CONTENT = Path(__file__).parents[2] / "content"
ENERGY = "strategy/30-lce-energie.yaml"
ID = "lce-trend-dekarbonisierung-speicher"


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """A copy of the content to edit."""
    return Path(shutil.copytree(CONTENT, tmp_path / "content"))


def edit(folder: Path, file: str, before: str, after: str) -> None:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


def change_wording(folder: Path) -> None:
    edit(folder, ENERGY, "      body: Speicher\n", "      body: Speicher jeder Größe\n")


def rows() -> dict[str, int]:
    """Return how many rows every table has."""
    counts = {}
    for table in Base.metadata.tables.values():
        counts[table.name] = db.session.scalar(select(func.count()).select_from(table))
    return counts


def contribute() -> None:
    node = db.session.get(Node, "lce-sofort-industrieparks")
    write_comment(accounts.user(), thread_of(node), body="Wer zahlt?", kind=CommentKind.QUESTION)


def load(app, folder: Path):
    """Run the command on a folder, with the app's own session."""
    app.config["CONTENT"], usual = folder, app.config["CONTENT"]
    try:
        return app.test_cli_runner().invoke(args=["strategy", "import"])
    finally:
        app.config["CONTENT"] = usual


def test_the_real_content_has_arrived(app):
    assert db.session.scalar(select(func.count()).select_from(Node)) == 287
    owner = select(func.count()).select_from(Node).where(Node.has_thread)
    assert db.session.scalar(owner) == 135
    point = db.session.get(Node, ID)
    assert (point.kind_id, point.body, point.html.strip()) == ("punkt", "Speicher", "<p>Speicher</p>")
    assert point.thread_node_id == "lce-trends"
    assert not point.has_thread


def test_a_second_import_changes_nothing(app):
    before = rows()
    report = import_content(CONTENT)
    assert not report.changed
    assert (report.nodes, report.threads, report.measures) == (287, 135, 76)
    assert rows() == before


def test_names_notes_and_thread_titles_may_change_while_people_talk(app, content):
    contribute()
    edit(content, "places.yaml", "hsb: Wojerecy", "hsb: Wojerecy-Nowe")
    edit(
        content, "editorial/30-lce-energie.yaml", "„mit den Schwerpunkten“ verlangt", "„mit den Schwerpunkten“ braucht"
    )
    edit(content, "editorial/70-ki-campus.yaml", "KI-Campus Lausitz: Mobilität", "KI-Campus: Mobilität")
    before = rows()
    assert import_content(content).changed
    db.session.expire_all()
    assert db.session.get(Place, "hoyerswerda").names["hsb"] == "Wojerecy-Nowe"
    assert "braucht" in db.session.get(NodeNote, "lce-sofort-industrieparks").note
    assert db.session.get(Node, "ki-campus-mobilitaet").thread_title == "KI-Campus: Mobilität"
    assert rows() == before | {"content_imports": before["content_imports"] + 1}


def test_a_wording_is_refused_with_a_diff_once_there_is_dialogue(app, content):
    contribute()
    change_wording(content)
    before = rows()
    with pytest.raises(WordingChanged) as refused:
        import_content(content, start_over=True)
    line = next(n for n, text in enumerate((content / ENERGY).read_text().splitlines(), 1) if f"id: {ID}" in text)
    assert f"{ENERGY}:{line} {ID}" in refused.value.diff
    assert "-body: Speicher\n+body: Speicher jeder Größe" in refused.value.diff
    assert rows() == before
    assert db.session.get(Node, ID).body == "Speicher"


def test_a_node_that_moved_or_is_gone_is_a_changed_wording(app, content):
    contribute()
    edit(content, ENERGY, f"id: {ID}", f"id: {ID}-neu")
    edit(content, "editorial/30-lce-energie.yaml", f"{ID}:", f"{ID}-neu:")
    with pytest.raises(WordingChanged) as refused:
        import_content(content)
    assert "(no longer in the files)" in refused.value.diff
    assert f"{ID}-neu" in refused.value.diff


def test_invalid_content_is_refused_whole(app, content):
    edit(content, ENERGY, "kind: sofortmassnahme", "kind: wunsch")
    edit(content, "places.yaml", "lat: 51.861", "lat: 151.861")
    before = rows()
    with pytest.raises(ContentError) as refused:
        import_content(content)
    assert {problem.file for problem in refused.value.problems} >= {ENERGY, "places.yaml"}
    assert rows() == before


def test_the_command_counts_by_kind_and_publishes_the_first_revision(databases, backend, app, content):
    load(app, content)
    result = load(app, content)
    assert result.exit_code == 0
    assert result.output.strip() == "Nothing changed: 287 nodes, 135 with a thread, 76 measures."
    change_wording(content)
    result = load(app, content)
    assert result.exit_code == 0, result.output
    assert "   16 Sofortmaßnahmen (sofortmassnahme)" in result.output
    assert "    1 Dokument (dokument)" in result.output
    assert "287 nodes, 135 with a thread, 76 measures." in result.output
    assert "revision 1" in result.output


def test_before_any_dialogue_a_changed_wording_replaces_the_first_revision(separate_app, content):
    change_wording(content)
    with separate_app.app_context():
        earlier = db.session.scalar(select(LogEntry.hash))
        db.session.remove()
    assert load(separate_app, content).exit_code == 0
    with separate_app.app_context():
        assert db.session.get(Node, ID).body == "Speicher jeder Größe"
        assert db.session.get(Passage, (1, ID)).body == "Speicher jeder Größe"
        counts = rows()
        assert (counts["revisions"], counts["passages"], counts["log_entries"]) == (1, 287, 1)
        assert db.session.scalar(select(LogEntry.hash)) != earlier
        # The guards of what is published are back in place.
        with pytest.raises(Exception, match="published rows never change"), transaction():
            db.session.execute(Revision.__table__.delete())


@pytest.mark.parametrize("what", ["comment", "proposal"])
def test_the_command_refuses_a_wording_once_someone_contributed(app, content, what):
    if what == "comment":
        contribute()
    else:
        proposals.draft()
    db.session.commit()
    change_wording(content)
    before = rows()
    result = load(app, content)
    assert result.exit_code == 1
    assert f"{ENERGY}:" in result.output
    assert "+body: Speicher jeder Größe" in result.output
    assert "Der Wortlaut wird nur durch eine neue Fassung geändert." in result.output
    assert rows() == before


@pytest.mark.one_database
def test_the_command_names_every_mistake_with_file_and_line(app, content):
    edit(content, ENERGY, "kind: sofortmassnahme", "kind: wunsch")
    edit(content, "strategy/00-dokument.yaml", "has_thread: true", "has_threads: true")
    result = load(app, content)
    assert result.exit_code == 1
    assert "strategy/00-dokument.yaml:9: unknown field 'has_threads'" in result.output
    assert f"{ENERGY}:" in result.output
    assert db.session.scalar(select(func.count()).select_from(ContentImport)) == 1
