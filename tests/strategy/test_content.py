"""The real content, and how mistakes in content files are reported."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from participation.base.yaml_source import ContentError, Problem
from participation.strategy.content import Content, load_content

CONTENT = Path(__file__).parents[2] / "content"

FILES = {
    "source.yaml": """\
title: Die Strategie
subtitle: Ein Anfang
language: de
file: folien.txt
sha256: 00ff
lines: 9
date: null
author: null
""",
    "vocabulary.yaml": """\
kinds:
  cluster:
    label: Cluster
    plural: Cluster
    description: Einer von vielen
    thread_rule: eigen
    votable: false
    has_status: false
    proposal_types: [ergaenzung]
    question: Was fehlt?
  punkt:
    label: Punkt
    plural: Punkte
    description: Unterpunkt
    thread_rule: Verweis
    votable: true
    has_status: true
    proposal_types: []
    question: null
horizons:
  sofort: {label: Sofort}
proposal_types:
  ergaenzung: {label: Ergänzung}
relations:
  querbezug: {label: Querbezug, description: sachlicher Verweis}
corrections:
  tippfehler: {label: Tippfehler}
title_sources:
  wortlaut: {label: Wortlaut}
actor_types:
  gruppe: {label: Gruppe}
actor_status:
  bestehend: {label: Bestehend}
clusters:
- id: wald
  code: W
  label: Wald
  ki_field: wald-ki
""",
    "actors.yaml": """\
actors:
- id: forst
  name: Forst
  named_as: [Forst]
  type: gruppe
  status: bestehend
""",
    "places.yaml": """\
places:
- id: guben
  name: Guben
  type: stadt
  lat: 51.950
  lon: 14.706
  precision: ort
  names: {de: Guben}
  official: [de]
  named_as: []
  in_lausitz: true
  sorbian_area: false
  on_map: true
""",
    "strategy/10-anfang.yaml": """\
nodes:
- id: wald
  kind: cluster
  code: W
  title: Wald
  body: ''
  cluster: wald
  has_thread: true
  children:
  - id: wald-baum
    kind: punkt
    number: 1
    title: Baum
    body: '**Ein** Baum'
    horizon: sofort
    places: [guben]
    actors: [forst]
    related:
    - querbezug: wald-ki
    children:
    - id: wald-ast
      kind: punkt
      title: Ast
      body: Ast
""",
    "strategy/20-ende.yaml": """\
nodes:
- id: wald-ki
  parent: wald
  kind: punkt
  title: KI im Wald
  body: KI
  has_thread: true

- id: wald-weg
  parent: wald
  kind: punkt
  title: Weg
  body: Weg
  thread: wald-ki
""",
    "editorial/10-anfang.yaml": """\
wald-baum:
  title_source: wortlaut
  thread_title: Der Baum
  seed_heading: Folie 3
  seed_lines: [4, 5]
  note: Tippfehler berichtigt.
  corrections:
  - kind: tippfehler
    seed: Bamu
    text: Baum
""",
}

WOOD = "strategy/10-anfang.yaml"
END = "strategy/20-ende.yaml"
NOTES = "editorial/10-anfang.yaml"
WORDS = "vocabulary.yaml"


@pytest.fixture(scope="module")
def real() -> Content:
    return load_content(CONTENT)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return tmp_path


def change(folder: Path, file: str, old: str, new: str) -> None:
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new))


def problems_of(folder: Path) -> list[Problem]:
    with pytest.raises(ContentError) as refused:
        load_content(folder)
    return list(refused.value.problems)


def test_the_real_content_is_complete(real: Content) -> None:
    assert len(real.nodes) == 287
    assert sum(node.has_thread for node in real.nodes) == 135
    assert Counter(node.kind for node in real.nodes) == {
        "punkt": 54,
        "massnahme": 47,
        "thema": 36,
        "anknuepfungspunkt": 31,
        "trend": 24,
        "gruppe": 22,
        "sofortmassnahme": 16,
        "leitprojekt": 13,
        "praemisse": 12,
        "grundsatz": 8,
        "aussage": 6,
        "abschnitt": 5,
        "kapitel": 4,
        "cluster": 4,
        "leitsatz": 4,
        "dokument": 1,
    }
    assert sum(real.vocabulary.kinds[node.kind].has_status for node in real.nodes) == 76
    assert len(real.actors) == 34
    assert [cluster.code for cluster in real.vocabulary.clusters] == ["LCE", "LCM", "LCB", "LCG"]


def test_the_real_content_in_reading_order(real: Content) -> None:
    by_id = {node.id: node for node in real.nodes}
    assert [node.order for node in real.nodes] == list(range(287))
    assert (real.nodes[0].id, real.nodes[1].id, real.nodes[-1].id) == ("strategie-lausitz", "praemissen", "schlusswort")
    chapters = [node.number for node in real.nodes if node.kind == "kapitel"]
    assert chapters == [1, 2, 3, 4]
    for node in real.nodes[1:]:
        assert node.parent is not None
        assert by_id[node.parent].order < node.order
        assert by_id[node.parent].depth == node.depth - 1
        assert by_id[node.thread].has_thread


def test_the_real_wording_is_verbatim(real: Content) -> None:
    by_id = {node.id: node for node in real.nodes}
    campus = by_id["ki-campus"]
    assert campus.body == "KI – Campus Lausitz\nMensch – Maschine – Interaktion\n"
    assert campus.editorial.corrections[0].kind == "zeilenumbruch"
    assert by_id["lce-leitsatz"].body == (
        "Aufbauend auf der Geschichte der Lausitz als Energieregion werden innovative Technologien zur nachhaltigen "
        "Energieerzeugung und -nutzung entwickelt und implementiert sowie produktive Standorte geschaffen."
    )
    assert by_id["ki-campus-energie-smart-home"].cluster == "lce"
    assert by_id["lce-handlung-biomasse"].thread == "lce-handlung-biomasse-reststoffe"


def test_the_real_relations_go_both_ways(real: Content) -> None:
    pairs = {(node.id, other, relation) for node in real.nodes for other, relation in node.related}
    assert len(pairs) == 76
    assert all((other, one, relation) in pairs for one, other, relation in pairs)


def test_no_file_is_long() -> None:
    for path in CONTENT.rglob("*.yaml"):
        assert len(path.read_text().splitlines()) <= 700, path.name


def test_a_small_tree_is_read(folder: Path) -> None:
    nodes = load_content(folder).nodes
    shape = [(node.id, node.parent, node.position, node.depth, node.thread, node.cluster) for node in nodes]
    assert shape == [
        ("wald", None, 0, 0, "wald", "wald"),
        ("wald-baum", "wald", 0, 1, "wald", "wald"),
        ("wald-ast", "wald-baum", 0, 2, "wald", "wald"),
        ("wald-ki", "wald", 1, 1, "wald-ki", "wald"),
        ("wald-weg", "wald", 2, 1, "wald-ki", "wald"),
    ]
    tree = nodes[1]
    assert (tree.file, tree.line) == (WOOD, 10)
    assert (tree.number, tree.places, tree.actors, tree.related) == (
        1,
        ("guben",),
        ("forst",),
        (("wald-ki", "querbezug"),),
    )
    assert (tree.editorial.thread_title, tree.editorial.seed_lines) == ("Der Baum", (4, 5))
    assert nodes[2].editorial.note is None


def test_reading_order_follows_the_tree_not_the_files(folder: Path) -> None:
    change(folder, END, "- id: wald-weg\n  parent: wald\n", "- id: wald-weg\n  parent: wald-baum\n")
    assert [node.id for node in load_content(folder).nodes] == ["wald", "wald-baum", "wald-ast", "wald-weg", "wald-ki"]


def test_the_fingerprint_is_about_what_is_said(folder: Path) -> None:
    before = load_content(folder).fingerprint
    change(folder, WOOD, "nodes:\n", "# Ein Hinweis\nnodes:\n")
    assert load_content(folder).fingerprint == before
    change(folder, NOTES, "Folie 3", "Folie 4")
    assert load_content(folder).fingerprint != before


@pytest.mark.parametrize(
    ("file", "old", "new", "line", "reason"),
    [
        (WOOD, "    title: Baum\n", "", 10, "field 'title' is missing"),
        (WOOD, "      body: Ast\n", "", 21, "field 'body' is missing"),
        (WOOD, "title: Ast", "title: ''", 23, "'title' is empty"),
        (WOOD, "title: Ast", "title: Ast\n      colour: red", 24, "unknown field 'colour'"),
        (WOOD, "title: Ast", "title: 12", 23, "'title' must be text"),
        (WOOD, "number: 1", "number: eins", 12, "'number' must be a whole number"),
        (WOOD, "has_thread: true", "has_thread: ja", 8, "'has_thread' must be true or false"),
        (WOOD, "places: [guben]", "places: guben", 16, "'places' must be a list"),
        (WOOD, "places: [guben]", "places: [3]", 16, "'places' must be a list of texts"),
        (WOOD, "id: wald-ast", "id: Wald_Ast", 21, "'Wald_Ast' is not an id"),
        (WOOD, "id: wald-ast", f"id: {'a' * 101}", 21, f"'{'a' * 101}' is not an id"),
        (WOOD, "id: wald-ast", "id: wald", 21, f"the node id 'wald' is taken ({WOOD}:2)"),
        (WOOD, "kind: cluster", "kind: baum", 3, "unknown kind 'baum'"),
        (WOOD, "horizon: sofort", "horizon: bald", 15, "unknown horizon 'bald'"),
        (WOOD, "  cluster: wald", "  cluster: see", 7, "unknown cluster 'see'"),
        (WOOD, "[guben]", "\n    - guben\n    - rom", 18, "unknown place 'rom'"),
        (WOOD, "[guben]", "[guben, guben]", 16, "place 'guben' is named twice"),
        (WOOD, "[forst]", "[amt]", 17, "unknown actor 'amt'"),
        (
            END,
            "parent: wald\n  kind: punkt\n  title: Weg",
            "parent: see\n  kind: punkt\n  title: Weg",
            10,
            "unknown parent 'see'",
        ),
        (
            END,
            "- id: wald-weg\n  parent: wald\n",
            "- id: wald-weg\n",
            9,
            "'wald-weg' needs a parent: the only node without one is 'wald'",
        ),
        (
            END,
            "- id: wald-weg\n  parent: wald\n",
            "- id: wald-weg\n  parent: wald-weg\n",
            10,
            "the parents form a circle: wald-weg > wald-weg",
        ),
        (
            WOOD,
            "title: Ast",
            "title: Ast\n      parent: wald",
            24,
            "'parent' must not be given here: the node stands below 'wald-baum'",
        ),
        (WOOD, "querbezug:", "freundschaft:", 19, "unknown relation 'freundschaft'"),
        (WOOD, "querbezug: wald-ki", "querbezug: see", 19, "related to an unknown node 'see'"),
        (WOOD, "querbezug: wald-ki", "querbezug: wald-baum", 19, "'wald-baum' is related to itself"),
        (
            WOOD,
            "querbezug: wald-ki",
            "querbezug: wald-ki\n    - querbezug: wald-ki",
            20,
            "the relation to 'wald-ki' stands here already",
        ),
        (END, "thread: wald-ki", "thread: see", 14, "unknown thread 'see'"),
        (END, "thread: wald-ki", "thread: wald-ast", 14, "'wald-ast' carries no thread"),
        (
            END,
            "thread: wald-ki",
            "thread: wald-weg",
            14,
            "the thread of 'wald-weg' is its own, so has_thread must be true",
        ),
        (
            END,
            "has_thread: true",
            "has_thread: true\n  thread: wald",
            8,
            "'wald-ki' has a thread of its own, so its thread cannot be 'wald'",
        ),
        (NOTES, "wald-baum:", "wald-haus:", 1, "editorial entry for unknown node 'wald-haus'"),
        (NOTES, "kind: tippfehler", "kind: laune", 8, "unknown correction kind 'laune'"),
        (NOTES, "title_source: wortlaut", "title_source: traum", 2, "unknown title source 'traum'"),
        (NOTES, "[4, 5]", "[4, fünf]", 5, "'seed_lines' must be a list of whole numbers"),
        (NOTES, "  note:", "  body:", 6, "unknown field 'body'"),
        (WORDS, "[ergaenzung]", "[umsturz]", 9, "unknown proposal type 'umsturz'"),
        (WORDS, "votable: true", "votable: 1", 16, "'votable' must be true or false"),
        (WORDS, "    plural: Punkte\n", "", 12, "field 'plural' is missing"),
        (WORDS, "{label: Sofort}", "Sofort", 21, "'sofort' must hold fields of its own"),
        (WORDS, "ki_field: wald-ki", "ki_field: see", 38, "the cluster names an unknown node 'see'"),
        ("actors.yaml", "type: gruppe", "type: bande", 5, "unknown actor type 'bande'"),
        ("actors.yaml", "status: bestehend", "status: neu", 6, "unknown actor status 'neu'"),
        ("actors.yaml", "name: Forst", "name: ''", 3, "'name' is empty"),
        ("source.yaml", "lines: 9", "lines: viele", 6, "'lines' must be a number"),
        ("places.yaml", "  lat: 51.950\n", "", 2, "field 'lat' is missing"),
    ],
)
def test_a_mistake_is_named_with_file_and_line(
    folder: Path, file: str, old: str, new: str, line: int, reason: str
) -> None:
    change(folder, file, old, new)
    problems = problems_of(folder)
    assert any(p.file == file and p.line == line and p.reason.startswith(reason) for p in problems), problems


def test_parents_in_a_circle(folder: Path) -> None:
    change(folder, END, "- id: wald-ki\n  parent: wald\n", "- id: wald-ki\n  parent: wald-weg\n")
    change(folder, END, "- id: wald-weg\n  parent: wald\n", "- id: wald-weg\n  parent: wald-ki\n")
    assert problems_of(folder) == [
        Problem(END, 3, "the parents form a circle: wald-ki > wald-weg > wald-ki"),
        Problem(END, 10, "the parents form a circle: wald-weg > wald-ki > wald-weg"),
    ]


def test_a_root_without_a_thread_leaves_its_nodes_without_one(folder: Path) -> None:
    change(folder, WOOD, "  has_thread: true\n", "")
    assert [(p.line, p.reason) for p in problems_of(folder)] == [
        (2, "'wald' has no thread"),
        (9, "'wald-baum' has no thread"),
        (20, "'wald-ast' has no thread"),
    ]


def test_two_editorial_entries_for_one_node(folder: Path) -> None:
    (folder / "editorial/20-ende.yaml").write_text("wald-baum:\n  note: Noch einmal\n")
    assert problems_of(folder) == [
        Problem("editorial/20-ende.yaml", 1, f"'wald-baum' has an editorial entry already, in {NOTES}")
    ]


def test_other_files_are_not_overlooked(folder: Path) -> None:
    (folder / "strategy/30-mehr.yml").write_text("nodes: []\n")
    assert problems_of(folder) == [Problem("strategy/30-mehr.yml", 1, "only files ending in .yaml belong here")]


def test_a_missing_folder(folder: Path) -> None:
    (folder / NOTES).unlink()
    (folder / "editorial").rmdir()
    assert problems_of(folder) == [
        Problem("editorial", 1, "the folder cannot be read: No such file or directory"),
    ]


def test_nothing_to_read(tmp_path: Path) -> None:
    assert [problem.file for problem in problems_of(tmp_path)] == [
        *("actors.yaml", "editorial", "places.yaml", "source.yaml", "strategy", "strategy", "vocabulary.yaml")
    ]


def test_all_mistakes_of_all_files_come_at_once(folder: Path) -> None:
    change(folder, WOOD, "horizon: sofort", "horizon: bald")
    change(folder, END, "thread: wald-ki", "thread: see")
    change(folder, NOTES, "kind: tippfehler", "kind: laune")
    change(folder, "places.yaml", "  lat: 51.950\n", "")
    change(folder, "actors.yaml", "name: Forst", "name: ''")
    assert [(problem.file, problem.line) for problem in problems_of(folder)] == [
        ("actors.yaml", 3),
        (NOTES, 8),
        ("places.yaml", 2),
        (WOOD, 15),
        (END, 14),
    ]


def test_an_unreadable_vocabulary_does_not_blame_the_nodes(folder: Path) -> None:
    (folder / WORDS).write_text("kinds: [\n")
    assert [problem.file for problem in problems_of(folder)] == [WORDS]


def test_the_message_lists_file_line_and_reason(folder: Path) -> None:
    change(folder, END, "thread: wald-ki", "thread: see")
    with pytest.raises(ContentError, match=r"^strategy/20-ende\.yaml:14: unknown thread 'see'$"):
        load_content(folder)
