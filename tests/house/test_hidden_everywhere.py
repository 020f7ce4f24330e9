"""What moderators hid or removed stands nowhere: every GET route that visitors and residents reach is opened and read.

Each comment and each proposal of the example dialogue gets a word that stands nowhere else, in all of its columns and
in all of its versions; half of them are hidden, half removed. Then every link is followed, and every rule of the map
of addresses is opened with every value that could name one of them.
"""

from __future__ import annotations

import io
import itertools
import zipfile
from collections import defaultdict
from collections.abc import Iterator

import pytest
from sqlalchemy import select, update
from werkzeug.routing import IntegerConverter, Rule

from participation.accounts.models import Initiative, User
from participation.base.clock import now
from participation.base.db import Base, db, transaction
from participation.cli import demo
from participation.dialogue.models import Comment, CommentState, CommentVersion
from participation.leitbild.queries import current_number
from participation.moderation.models import Measure, Report
from participation.moderation.targets import Target, of_comment, of_proposal
from participation.proposals.models import Proposal, ProposalState, ProposalStep, ProposalVersion
from participation.web.access import declared
from tests.factories import moderation as make
from tests.factories import outcomes, proposals
from tests.factories.accounts import log_in, moderator, user
from tests.house.test_every_page import STARTS, walk

WORD = "Zwetschgenknoedel"
MADE_FROM_TEXT = ("body", "html", "title", "wording", "diff_html", "reason", "reason_html", "benefit", "culture")
PLACES = {
    "dialogue.comment",
    "outcomes.outcome",
    "proposals.proposal",
    "proposals.version",
    "proposals.index",
    "strategy.node",
}
"""Where it stands before; else the walk would prove nothing."""
NOT_PAGES = {
    "static": "files of the project",
    "assets.site": "the stylesheet",
}
"""Rules that are not opened, each with its reason."""
SECRET = "needs a secret from a mail"
NOTHING_LEFT = "answers with a refusal once the contribution is taken out"
UNANSWERED = {
    "accounts.back_from_provider": "needs a provider",
    "attachments.download": "the example dialogue has no files; tests/attachments/test_views.py hides them",
    "ops.readyz": "asks in a thread of its own, which sees nothing of a test's transaction",
    "accounts.confirm": SECRET,
    "accounts.go_to_provider": "needs a provider",
    "accounts.log_in_by_link": SECRET,
    "accounts.reset": SECRET,
    "dialogue.history": NOTHING_LEFT,
    "documents.comparison_file": "made when somebody orders it",
    "errata.correction": "the example dialogue has none",
    "ledger.consistency": "takes two sizes of a signed log",
    "ledger.inclusion": "takes an entry of a signed log",
    "moderation.appeal_by_link": SECRET,
    "moderation.report": NOTHING_LEFT,
    "privacy.confirm_address": SECRET,
    "privacy.stay_by_link": SECRET,
    "proposals.threeway": NOTHING_LEFT,
    "proposals.version": NOTHING_LEFT,
    "proposals.versions": NOTHING_LEFT,
}
"""Rules that answer neither a visitor nor this resident with a page, each with its reason."""


def mark() -> None:
    """Put the word into every text of every comment and proposal, earlier versions and own steps included."""
    for model in (Comment, CommentVersion, Proposal, ProposalVersion):
        texts = [column for column in model.__table__.columns if column.name in MADE_FROM_TEXT]
        values = {column.name: column + f" {WORD}" for column in texts}
        db.session.execute(update(model).values(values), execution_options={"synchronize_session": False})
    own = update(ProposalStep).where(ProposalStep.as_moderator.is_(False))
    db.session.execute(own.values(reason=f"Weil {WORD}."), execution_options={"synchronize_session": False})
    db.session.expire_all()


def more_proposals() -> None:
    """Add proposals in the states that the example dialogue does not have."""
    for state in (ProposalState.SYNTHESIS, ProposalState.WITHDRAWN):
        proposals.proposal(state=state)
    into = proposals.proposal()
    for state in (ProposalState.NOT_RECOMMENDED, ProposalState.REJECTED, ProposalState.POSTPONED):
        proposals.proposal().state = state
    gone = proposals.proposal()
    gone.state, gone.merged_into_id = ProposalState.MERGED, into.id
    done = proposals.proposal()
    done.state, done.revision_number, done.answer = ProposalState.INCORPORATED, current_number(), "Steht jetzt drin."
    stale = proposals.proposal()
    stale.conflict_revision = current_number()
    db.session.flush()


def take_out(target: Target, measure: Measure) -> None:
    """Hide or remove a contribution, as a moderator does who sees it."""
    opened = make.deciding.open_case(moderator(), target, due=make.PERIODS["report"])
    make.deciding.decide(moderator(), opened, make.ruling(measure))


def take_all_out() -> None:
    """Hide half of everything, and remove the other half."""
    both = itertools.cycle((Measure.HIDE, Measure.REMOVE))
    shown = select(Comment).where(Comment.state == CommentState.VISIBLE).order_by(Comment.id)
    for comment in db.session.scalars(shown).all():
        take_out(of_comment(comment), next(both))
    public = select(Proposal).where(Proposal.state != ProposalState.DRAFT).order_by(Proposal.id)
    for proposal in db.session.scalars(public).all():
        take_out(of_proposal(proposal), next(both))


def values() -> dict[str, list[object]]:
    """Return what the parts of addresses can be, by name."""
    comments = db.session.scalars(select(Comment.id)).all()
    numbers = [number for number in db.session.scalars(select(Proposal.number)) if number is not None]
    proposal_ids = db.session.scalars(select(Proposal.id)).all()
    nodes = sorted(set(db.session.scalars(select(Proposal.node_id))) | {outcomes.NODE})
    current = current_number()
    return {
        "comment_id": list(comments),
        "draft_id": list(proposal_ids),
        "id": sorted({*comments, *proposal_ids, *db.session.scalars(select(User.id).order_by(User.id).limit(30))}),
        "number": sorted({*numbers, *range(1, current + 1)}),
        "version": [1, 2],
        "a": list(range(1, current + 1)),
        "b": list(range(1, current + 1)),
        "node_id": nodes,
        "place_id": list(db.session.scalars(select(Base.metadata.tables["proposal_places"].c.place_id).distinct())),
        "slug": list(db.session.scalars(select(Initiative.slug))),
        "kind": ["beitrag", "vorschlag"],
        "key": [f"{now().year}-1", f"{now().year}-2"],
        "reference": list(db.session.scalars(select(Report.reference))) or ["M-22222-22222"],
    }


def addresses(rule: Rule, known: dict[str, list[object]]) -> Iterator[dict[str, object]]:
    """Yield arguments for a rule, every combination of what is known."""
    names = sorted(rule.arguments - set(rule.defaults or ()))
    numbers = {name for name, part in rule._converters.items() if isinstance(part, IntegerConverter)}
    for chosen in itertools.product(*(known.get(name, [1, 2] if name in numbers else ["unbekannt"]) for name in names)):
        yield dict(zip(names, chosen, strict=True))


def readable(answer) -> str:
    """Return everything that can be read in an answer; of a document, its parts."""
    raw = answer.get_data()
    if raw.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            raw = b"\n".join(archive.read(name) for name in archive.namelist())
    if raw.startswith(b"%PDF"):
        from pypdf import PdfReader

        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(raw)).pages)
    return raw.decode("utf-8", "replace")


def places_that_show_it(app) -> set[str]:
    """Return the kinds of pages on which a visitor reads the word before anything is hidden."""
    client = app.test_client()
    reached, _wrong = walk(client, STARTS["visitor"])
    found = {path for path in reached if WORD in readable(client.get(path))}
    adapter = app.url_map.bind("localhost")
    return {adapter.match(path.split("?")[0])[0] for path in found}


@pytest.mark.one_database
@pytest.mark.long
def test_the_word_stands_nowhere(separate_app):
    app = separate_app
    app.config["RATELIMIT_ENABLED"] = False
    with app.app_context():
        with transaction():
            demo.play(now())
            more_proposals()
            mark()
        assert places_that_show_it(app) >= PLACES
        with transaction():
            take_all_out()
        runner = app.test_cli_runner()
        for command in (["documents", "build"], ["log", "key"], ["log", "sign"]):
            runner.invoke(args=command)
        with transaction():
            resident = user()
        known = values()
        in_tables = [
            table.name
            for table in Base.metadata.tables.values()
            if table.name != "sealed_texts"
            for row in db.session.execute(select(table))
            if any(WORD in str(value) for value in row)
        ]
        assert set(in_tables) <= {"comments", "comment_versions", "proposals", "proposal_versions", "proposal_steps"}
        assert "comments" in in_tables
        assert "proposals" in in_tables
        db.session.remove()
    leaks: dict[str, list[str]] = defaultdict(list)
    answered: set[str] = set()
    adapter = app.url_map.bind("localhost")

    def look(client, path: str, who: str) -> None:
        answer = client.get(path)
        if answer.status_code < 400:
            answered.add(adapter.match(path.split("?", maxsplit=1)[0])[0])
        if WORD in readable(answer):
            leaks[who].append(path)

    for who in ("visitor", "resident"):
        client = app.test_client()
        if who == "resident":
            log_in(client, resident)
        reached, _wrong = walk(client, STARTS[who])
        paths = set(reached)
        with app.app_context():
            rules = [
                rule
                for rule in app.url_map.iter_rules()
                if "GET" in rule.methods
                and rule.endpoint not in NOT_PAGES
                and declared(rule.endpoint) in ("public", "resident")
            ]
        for rule in rules:
            for chosen in addresses(rule, known):
                paths.add(adapter.build(rule.endpoint, chosen | dict(rule.defaults or {})))
        for path in sorted(paths):
            look(client, path, who)
    assert dict(leaks) == {}
    open_to_them = {rule.endpoint for rule in rules}
    assert open_to_them - answered == set(UNANSWERED)
