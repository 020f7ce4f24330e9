"""A lively example dialogue, played through the same operations that people use.

The texts stand in `content/demo/`; a seeded generator adds who votes and when. Everyone who writes or votes here is
marked as an example, and so is what they contribute.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import yaml
from flask import current_app
from sqlalchemy import select, update

from participation.accounts.initiatives import apply_initiative, verify_initiative
from participation.accounts.models import OrganisationKind, Role, User
from participation.accounts.operations import create_account
from participation.accounts.queries import delegates_of
from participation.base.db import db
from participation.base.text import shown
from participation.base.tokens import new_token
from participation.cli.demo_cases import Cast, judge
from participation.dialogue.anchors import Passage, Reference, quote
from participation.dialogue.comments import write_comment
from participation.dialogue.models import Comment, CommentKind, Occasion, Stance, Thread
from participation.dialogue.votes import cast_vote, rate_comment
from participation.leitbild.changes import approve_change, draft_change, submit_change
from participation.leitbild.drafts import collect, open_draft, save_draft, submit_draft
from participation.leitbild.models import ChangeKind, Revision
from participation.leitbild.publish import publish
from participation.leitbild.queries import current_number
from participation.leitbild.wording import ChangeFields
from participation.measures.operations import ask_back, confirm_report, file_report
from participation.measures.writing import Fields
from participation.minutes import operations as minutes
from participation.minutes.writing import Header
from participation.outcomes.models import Fate, Outcome, OutcomeKind
from participation.outcomes.operations import approve_outcome, begin_evaluation, save_outcome, submit_outcome
from participation.outcomes.writing import OutcomeFields, Pin
from participation.proposals import operations as proposals
from participation.proposals.models import Proposal, ProposalStep, ProposalType, ProposalVersion
from participation.proposals.steps import accept
from participation.proposals.together import agree, invite_organisation
from participation.proposals.versions import fingerprint
from participation.proposals.writing import Writing
from participation.resolutions.bodies import seat_member
from participation.resolutions.models import Decision
from participation.resolutions.operations import ResolutionFields, save_resolution, sign_resolution
from participation.resolutions.queries import bodies
from participation.strategy.models import Node, Status
from participation.strategy.operations import thread_of

SEED = 2026


@dataclass
class Stage:
    """Who and what has come on so far, by the names the files use."""

    chance: random.Random
    at: datetime
    people: dict[str, User] = field(default_factory=dict)
    initiatives: dict[str, int] = field(default_factory=dict)
    voters: list[User] = field(default_factory=list)
    comments: dict[str, Comment] = field(default_factory=dict)
    proposals: dict[str, Proposal] = field(default_factory=dict)

    def node(self, node_id: str) -> Node:
        """Return a node of the strategy; the files name only existing ones."""
        return db.session.get_one(Node, node_id)

    def moderators(self) -> tuple[User, User]:
        """Return the one who writes and the one who approves."""
        return self.people["wagner"], self.people["kubitz"]


def play(at: datetime) -> str | None:
    """Play the example dialogue into the caller's transaction; return what was made, or None when it is there."""
    script = read()
    first = next(iter(script["people"]["people"]))
    if db.session.scalar(select(User.id).where(User.email == address(first))):
        return None
    stage = Stage(random.Random(SEED), at)
    enter(stage, script["people"])
    for scene in script["dialogue"]:
        talk(stage, thread_of(stage.node(scene["node"])), scene)
    for scene in script["proposals"]:
        propose(stage, scene)
    for scene in script["status"]:
        report(stage, scene)
    conclude(stage, script["outcome"])
    gather(stage, script["minutes"])
    spread_over_time(stage)
    cast = Cast(stage.people, stage.moderators(), current_app.config["PERIODS"], at)
    for scene in script["moderation"]:
        judge(cast, thread_of(stage.node(scene["node"])), scene)
    return (
        f"Example dialogue: {len(stage.people) + len(stage.voters)} people, {len(stage.comments)} comments, "
        f"{len(stage.proposals)} proposals, version {current_number()} of the Leitbild."
    )


def read() -> dict[str, Any]:
    """Return the script from `content/demo/`, one entry a file."""
    folder = current_app.config["CONTENT"] / "demo"
    names = ("people", "dialogue", "proposals", "status", "outcome", "minutes", "moderation")
    return {name: yaml.safe_load((folder / f"{name}.yaml").read_text(encoding="utf-8")) for name in names}


def address(name: str) -> str:
    """Return the mail address of an example person."""
    return f"beispiel-{name}@example.org"


def enter(stage: Stage, script: dict[str, Any]) -> None:
    """Create people, initiatives and those who only vote."""
    for name, person in script["people"].items():
        stage.people[name] = account(name, person["name"], person["residence"], person.get("lang", "de"))
    for name, person in script["moderators"].items():
        stage.people[name] = account(name, person["name"], person["residence"], "de", Role.MODERATOR)
    writer, checker = stage.moderators()
    for name, entry in script["initiatives"].items():
        speaker = stage.people[entry["delegates"][0]]
        group = apply_initiative(
            speaker,
            name=entry["name"],
            seat=entry["seat"],
            purpose=entry["purpose"],
            contact=speaker.email,
            kind=OrganisationKind(entry.get("kind", "initiative")),
            is_example=True,
        )
        verify_initiative(stage.chance.choice((writer, checker)), group, "Angaben geprüft.")
        stage.initiatives[name] = group.id
    voters = script["voters"]
    for number in range(voters["number"]):
        name = f"{stage.chance.choice(voters['names'])} {stage.chance.choice('ABDEFGHJKLMNPRSTVWZ')}."
        stage.voters.append(account(f"stimme-{number}", name, stage.chance.choice(voters["residences"]), "de"))


def account(name: str, display_name: str, residence: str, locale: str, role: Role = Role.RESIDENT) -> User:
    """Create an example person nobody can log in as."""
    person = create_account(
        email=address(name),
        display_name=display_name,
        password=new_token(),
        role=role,
        residence_id=residence or None,
        is_example=True,
    )
    person.locale = locale
    return person


def talk(stage: Stage, thread: Thread, scene: dict[str, Any]) -> None:
    """Write a scene's comments and cast its votes."""
    last: Comment | None = None
    for line in scene.get("comments", ()):
        parent = last if line.get("re") == "last" else stage.comments.get(line.get("re", ""))
        anchor = line.get("at")
        about = passage(stage, anchor or scene.get("node", "")) if anchor or "quote" in line else None
        last = write_comment(
            stage.people[line["who"]],
            thread,
            body=line["text"],
            kind=CommentKind(line["kind"]) if "kind" in line else None,
            parent=parent,
            anchor=anchor,
            anchor_text=stage.node(anchor).body if anchor else "",
            reference=reference(about, line.get("quote", "")) if about else None,
            initiative_id=stage.initiatives.get(line.get("as", "")),
            lang=line.get("lang", "de"),
            asked=[stage.initiatives[name] for name in line.get("asks", ())],
        )
        stage.comments[line.get("key", f"{thread.id}-{last.id}")] = last
        for voter in stage.chance.sample(stage.voters, line.get("helpful", 0)):
            rate_comment(voter, last, helpful=True)
    yes, no, abstain = scene.get("votes", (0, 0, 0))
    stances = [Stance.YES] * yes + [Stance.NO] * no + [Stance.ABSTAIN] * abstain
    for voter, stance in zip(stage.chance.sample(stage.voters, len(stances)), stances, strict=True):
        cast_vote(voter, thread, stance)


def passage(stage: Stage, node_id: str) -> Passage:
    """Return what a comment may be about."""
    return Passage(node_id, shown(stage.node(node_id).html))


def reference(about: Passage, words: str) -> Reference:
    """Return what a comment is about: the words, or all of the passage."""
    return Reference(about, current_number(), quote([about], words)[1] if words else None)


def propose(stage: Stage, scene: dict[str, Any]) -> None:
    """Submit a proposal, have it checked, signed and discussed."""
    author = stage.people[scene["who"]]
    writing = Writing(
        type=ProposalType(scene["type"]),
        title=scene["title"],
        wording=scene["wording"],
        reason=scene["reason"],
        benefit=scene["benefit"],
        culture=scene["culture"],
        places=tuple(scene["places"]),
        initiative_id=stage.initiatives.get(scene.get("as", "")),
    )
    proposal = proposals.save_draft(author, stage.node(scene["node"]), writing, base_revision=current_number())
    proposal.is_example = True
    for name in scene.get("with", ()):
        invite_organisation(author, proposal, stage.initiatives[name])
        agree(delegate_of(stage, name), proposal, read=fingerprint(proposal))
    periods = current_app.config["PERIODS"]
    proposals.submit(author, proposal, check_period=periods["check"])
    stage.proposals[scene["key"]] = proposal
    if "votes" not in scene:  # one still waits for its check, so that the queue is not empty
        return
    accept(
        stage.moderators()[1], proposal, open_period=periods["open"], reason="Vollständig, verständlich, hier richtig."
    )
    for supporter in stage.chance.sample(stage.voters, scene["supporters"]):
        proposals.support(supporter, proposal)
    talk(stage, proposals.thread_of(proposal), scene)


def delegate_of(stage: Stage, name: str) -> User:
    """Return who speaks for an organisation."""
    (speaker, *_more) = delegates_of([stage.initiatives[name]])[stage.initiatives[name]]
    return db.session.get_one(User, speaker)


def report(stage: Stage, scene: dict[str, Any]) -> None:
    """Report how far a measure has come, and have a moderator look at it."""
    today = stage.at.date()
    texts = {name: scene.get(name, "") for name in ("source", "source_url", "next_step", "carrier", "jump_reason")}
    fields = Fields(status=Status(scene["status"]), since=scene["since"], **texts)
    made = file_report(stage.people[scene["who"]], stage.node(scene["node"]), fields, today=today)
    made.is_example = True
    moderator = stage.moderators()[1]
    if scene["decision"] == "confirmed":
        confirm_report(moderator, made, expected_edit=made.edit, today=today)
    elif scene["decision"] == "asked":
        ask_back(moderator, made, scene["answer"], expected_edit=made.edit)


def conclude(stage: Stage, script: dict[str, Any]) -> None:
    """Evaluate one thread, publish the next version from it, and begin to evaluate another."""
    writer, approver = stage.moderators()
    outcome = evaluate(stage, script["node"])
    pins = tuple(pin(stage, entry) for entry in script["evidence"])
    fields = OutcomeFields(
        kind=OutcomeKind(script["kind"]),
        evidence=pins,
        **{key: script[key] for key in ("summary", "pros", "cons", "minority")},
    )
    save_outcome(writer, outcome, fields, expected_edit=outcome.edit)
    submit_outcome(writer, outcome)
    approve_outcome(approver, outcome)

    wanted = script["change"]
    node = stage.node(wanted["node"])
    change = draft_change(
        writer,
        ChangeFields(
            kind=ChangeKind.TEXT,
            outcome_ids=(outcome.id,),
            node_id=node.id,
            after=wanted["after"],
            reason=wanted["reason"],
            culture=wanted["culture"],
            cross_border=wanted["cross_border"],
            based_on=node.since_revision,
        ),
    )
    submit_change(writer, change, expected_edit=change.edit)
    approve_change(approver, change, expected_edit=change.edit)
    draft = open_draft(writer)
    collect(writer, draft, change, expected_edit=draft.edit)
    told = script["revision"]
    save_draft(writer, draft, title=told["title"], summary=told["summary"], expected_edit=draft.edit)
    submit_draft(writer, draft, expected_edit=draft.edit)
    revision = publish(approver, draft, expected_edit=draft.edit)
    if script.get("resolution"):
        resolve(stage, revision, script["resolution"])
    evaluate(stage, script["running"]["node"])


def resolve(stage: Stage, revision: Revision, script: dict[str, Any]) -> None:
    """Have one body adopt a version, so that the other's resolution is awaited; nothing where it does not exist."""
    if script["body"] not in {body.id for body in bodies()}:
        return
    drafter, signer = (
        account(f"gremium-{number}", name, script["residence"], "de") for number, name in enumerate(script["members"])
    )
    for member in (drafter, signer):
        seat_member(script["body"], member)
    fields = ResolutionFields(
        decision=Decision(script["decision"]), date=stage.at.date(), reference=script["reference"], text=script["text"]
    )
    made = save_resolution(drafter, revision, fields, expected_edit=0, today=stage.at.date())
    sign_resolution(signer, made, expected_edit=made.edit)


def gather(stage: Stage, script: dict[str, Any]) -> None:
    """Publish the minutes of an event."""
    writer, approver = stage.moderators()
    today = stage.at.date()
    header = Header(
        place_id=script["place"],
        held_on=today - timedelta(days=script["days_ago"]),
        participants=script["participants"],
        title=script["title"],
        summary=script["summary"],
        languages=tuple(script["languages"]),
    )
    version = minutes.begin(writer, header, today=today)
    for voice in script["voices"]:
        minutes.add_voice(
            writer,
            version,
            node_id=voice["node"],
            kind=CommentKind(voice["kind"]),
            lang=voice.get("lang", "de"),
            body=voice["text"],
            expected_edit=version.edit,
        )
    minutes.submit(writer, version, expected_edit=version.edit)
    published = minutes.approve(approver, version, expected_edit=version.edit)
    db.session.execute(update(Occasion).where(Occasion.number == published.number).values(is_example=True))
    # A second one that is still being written, for moderators to go on with.
    begun = minutes.begin(writer, replace(header, title=script["next"]), today=today)
    said = script["voices"][0]
    minutes.add_voice(
        writer,
        begun,
        node_id=said["node"],
        kind=CommentKind(said["kind"]),
        lang="de",
        body=said["text"],
        expected_edit=begun.edit,
    )


def evaluate(stage: Stage, node_id: str) -> Outcome:
    """Begin to evaluate a node's thread."""
    node = stage.node(node_id)
    due = stage.at + current_app.config["PERIODS"]["evaluation"]
    outcome = begin_evaluation(stage.moderators()[0], thread=thread_of(node), node=node, due_at=due)
    outcome.is_example = True
    return outcome


def pin(stage: Stage, entry: dict[str, str]) -> Pin:
    """Return a piece of evidence as the editor would choose it."""
    fate, answer = Fate(entry["fate"]), entry["answer"]
    if "comment" in entry:
        return Pin(comment_id=stage.comments[entry["comment"]].id, fate=fate, answer=answer)
    return Pin(proposal_id=stage.proposals[entry["proposal"]].id, fate=fate, answer=answer)


def spread_over_time(stage: Stage) -> None:
    """Date the comments and proposals back over the last five weeks, in their order."""
    ids = sorted(comment.id for comment in stage.comments.values())
    moments = sorted(stage.at - timedelta(minutes=stage.chance.randint(40, 35 * 24 * 60)) for _ in ids)
    for comment_id, moment in zip(ids, moments, strict=True):
        db.session.execute(update(Comment).where(Comment.id == comment_id).values(created_at=moment))
    threads = {comment.thread_id for comment in stage.comments.values()}
    for thread_id in threads:
        newest = select(Comment.created_at).where(Comment.thread_id == thread_id).order_by(Comment.id.desc()).limit(1)
        db.session.execute(
            update(Thread).where(Thread.id == thread_id).values(last_comment_at=newest.scalar_subquery()),
            execution_options={"synchronize_session": False},
        )
    days = 30
    for proposal in stage.proposals.values():
        days -= 4
        moment = stage.at - timedelta(days=max(days, 1))
        proposal.created_at = proposal.submitted_at = proposal.updated_at = moment
        first = (
            select(ProposalStep.id).where(ProposalStep.proposal_id == proposal.id).order_by(ProposalStep.id).limit(1)
        )
        db.session.execute(update(ProposalStep).where(ProposalStep.id == first.scalar_subquery()).values(at=moment))
        written = (ProposalVersion.proposal_id == proposal.id, ProposalVersion.version == 1)
        db.session.execute(update(ProposalVersion).where(*written).values(at=moment))
    db.session.flush()
