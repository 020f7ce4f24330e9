"""What people may do with changes, drafts and revisions. Moderators write; a second one signs."""

from __future__ import annotations

from datetime import datetime

from flask_babel import lazy_gettext as _l

from participation.accounts.models import User
from participation.accounts.policy import may_moderate
from participation.base.verdict import Verdict, no, yes
from participation.dialogue.policy import may_comment
from participation.leitbild.models import Change, ChangeState, Draft, DraftState, Reading


def may_draft(actor: User | None) -> Verdict:
    """Say whether a person may begin a change or a draft."""
    return may_moderate(actor)


def may_see_change(viewer: User | None, change: Change) -> Verdict:
    """Say whether a person may read a change: everyone while it lies out and once it is published, else moderators."""
    return yes if change.state is ChangeState.PUBLISHED or change.in_reading else may_moderate(viewer)


def may_comment_on_change(actor: User | None, change: Change, reading: Reading | None, at: datetime) -> Verdict:
    """Say whether a person may write about a change: everyone who takes part, while its reading lasts."""
    if not change.in_reading or reading is None or reading.ended_at is not None:
        return no(_l("Zu dieser Änderung läuft keine Lesung. Weiter geht es im Gespräch zur Stelle."))
    if reading.ends_at <= at:
        return no(_l("Die Lesung ist zu Ende. Die Moderation liest jetzt, was geschrieben wurde."))
    return may_comment(actor)


def may_edit_change(actor: User | None, change: Change) -> Verdict:
    """Say whether a person may write on a change: any moderator, while it is a draft."""
    if change.state is ChangeState.SUBMITTED:
        return may_moderate(actor) and no(
            _l("Diese Änderung liegt zur Freigabe. Geben Sie sie zurück, um sie zu ändern.")
        )
    return _change_in(actor, change, ChangeState.DRAFT)


def may_approve_change(actor: User | None, change: Change) -> Verdict:
    """Say whether a person may approve a change: a moderator who did not write it last."""
    verdict = _change_in(actor, change, ChangeState.SUBMITTED)
    if verdict and actor is not None and actor.id == change.author_id:
        return no(_l("Sie haben zuletzt daran geschrieben. Freigeben muss eine zweite Person aus der Moderation."))
    return verdict


def may_return_change(actor: User | None, change: Change) -> Verdict:
    """Say whether a person may send a change back to be written on, even an approved one that no draft holds."""
    if change.state is ChangeState.APPROVED:
        held = no(_l("Diese Änderung steht in einem Entwurf. Nehmen Sie sie dort zuerst heraus."))
        return may_moderate(actor) and (held if change.draft_id is not None else yes)
    return _change_in(actor, change, ChangeState.SUBMITTED)


def may_drop_change(actor: User | None, change: Change) -> Verdict:
    """Say whether a person may give a change up."""
    return _change_in(actor, change, ChangeState.DRAFT)


def may_compile(actor: User | None, draft: Draft) -> Verdict:
    """Say whether a person may put changes into a draft, take them out, and word its title and summary."""
    if draft.state is DraftState.SUBMITTED:
        return may_moderate(actor) and no(
            _l("Der Entwurf liegt zur Veröffentlichung. Holen Sie ihn zurück, um ihn zu ändern.")
        )
    return _draft_in(actor, draft, DraftState.OPEN)


def may_return_draft(actor: User | None, draft: Draft) -> Verdict:
    """Say whether a person may send a draft back; who compiled it takes it back so."""
    return _draft_in(actor, draft, DraftState.SUBMITTED)


def may_publish(actor: User | None, draft: Draft, *, at: datetime | None = None) -> Verdict:
    """Say whether a person may publish a draft: a moderator who did not compile it, once its reading is over.

    `at` is the moment by the database's clock; without it a reading counts as running.
    """
    verdict = _draft_in(actor, draft, DraftState.SUBMITTED)
    if verdict and draft.reading is not None and (at is None or at < draft.reading.ends_at):
        return no(_l("Der Entwurf liegt öffentlich aus. Veröffentlicht wird er erst danach."))
    if verdict and actor is not None and actor.id == draft.author_id:
        return no(
            _l("Sie haben den Entwurf zusammengestellt. Veröffentlichen muss eine zweite Person aus der Moderation.")
        )
    return verdict


def _change_in(actor: User | None, change: Change, state: ChangeState) -> Verdict:
    moderating = may_moderate(actor)
    if not moderating or change.state is state:
        return moderating
    return no(
        {
            ChangeState.DRAFT: _l("Diese Änderung wird noch geschrieben."),
            ChangeState.SUBMITTED: _l("Diese Änderung liegt schon zur Freigabe."),
            ChangeState.APPROVED: _l("Diese Änderung ist freigegeben."),
            ChangeState.PUBLISHED: _l("Diese Änderung ist veröffentlicht. Sie bleibt, wie sie ist."),
            ChangeState.DROPPED: _l("Diese Änderung wurde aufgegeben."),
        }[change.state]
    )


def _draft_in(actor: User | None, draft: Draft, state: DraftState) -> Verdict:
    moderating = may_moderate(actor)
    if not moderating or draft.state is state:
        return moderating
    return no(
        {
            DraftState.OPEN: _l("Der Entwurf liegt noch nicht zur Veröffentlichung."),
            DraftState.SUBMITTED: _l("Der Entwurf liegt schon zur Veröffentlichung."),
            DraftState.PUBLISHED: _l("Dieser Entwurf ist veröffentlicht."),
            DraftState.DROPPED: _l("Dieser Entwurf wurde verworfen."),
        }[draft.state]
    )
