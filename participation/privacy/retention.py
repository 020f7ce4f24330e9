"""What is deleted when its time is over: a visible table of rules, swept once a day (the job "retention").

A room with data that must go after a while adds one line to RULES; the notice of privacy and the operators' page read
the same table, so the periods that are promised are the periods that are kept.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import CursorResult, and_, delete, exists, or_, select, update
from sqlalchemy.exc import IntegrityError

from participation.accounts.factor_models import Challenge, ParkedForm
from participation.accounts.models import AccountToken, Login, User
from participation.attachments.operations import drop_pending
from participation.base import form_keys
from participation.base.clock import now
from participation.base.db import db, transaction
from participation.base.verdict import Message
from participation.jobs import runs as jobs
from participation.moderation import older
from participation.moderation.models import AppealLink, Decision, Report
from participation.moderation.sightings import forget
from participation.notify.models import Letter, Notification
from participation.notify.operations import PAUSES, unknown
from participation.privacy import departures, exports
from participation.privacy.models import PrivacyLink, RetentionRun
from participation.proposals.models import CoAuthor
from participation.watchbook.operations import forget_before

log = logging.getLogger(__name__)

EVERY = timedelta(days=1)
AGAIN = timedelta(hours=1)
"""When a sweep comes again of which a rule failed; longer than any sweep takes."""

Periods = Mapping[str, timedelta]


@dataclass(frozen=True, slots=True)
class Rule:
    """Something that is deleted after a period."""

    kind: str
    what: Message
    """As the notice of privacy names it."""
    period: str
    """Which setting of config.PERIODS; empty: as soon as it has expired by itself."""
    sweep: Callable[[datetime], int]
    """Delete what is older than a moment; return how many. Never commits."""


def tidy_unconfirmed(before: datetime) -> int:
    """Delete accounts whose address nobody confirmed, unless a link to do so still works."""
    link = exists().where(AccountToken.user_id == User.id, AccountToken.expires_at > now())
    stale = select(User.id).where(User.confirmed_at.is_(None), User.left_at.is_(None), User.created_at < before, ~link)
    gone = 0
    for user_id in db.session.scalars(stale).all():
        try:
            with db.session.begin_nested():
                for owned in (AccountToken, Login, PrivacyLink):
                    db.session.execute(delete(owned).where(owned.user_id == user_id))
                db.session.execute(delete(User).where(User.id == user_id, User.confirmed_at.is_(None)))
        except IntegrityError:
            # Something refers to it that has no business to; better kept than half deleted.
            log.warning("unconfirmed account %s is referred to and stays", user_id)
        else:
            gone += 1
    return gone


def tidy_logins(before: datetime) -> int:
    """Delete log-ins that ended by themselves."""
    return _deleted(delete(Login).where(Login.expires_at < before))


def tidy_links(before: datetime) -> int:
    """Delete the secrets of mailed links that were used or expired."""
    return _deleted(
        delete(AccountToken).where((AccountToken.expires_at < before) | AccountToken.used_at.is_not(None))
    ) + sum(
        _deleted(delete(link).where((link.expires_at < before) | link.used_at.is_not(None)))
        for link in (PrivacyLink, AppealLink)
    )


def tidy_parked(before: datetime) -> int:
    """Delete what was typed before a log-in elsewhere and never fetched."""
    return _deleted(delete(ParkedForm).where(ParkedForm.expires_at < before))


def tidy_challenges(before: datetime) -> int:
    """Delete what devices were asked to sign and did not."""
    return _deleted(delete(Challenge).where(Challenge.expires_at < before))


def tidy_letters(before: datetime) -> int:
    """Delete the record of mails that were sent."""
    return _deleted(delete(Letter).where(Letter.sent_at < before))


def tidy_failed_letters(before: datetime) -> int:
    """Delete mails that never got out, or of which nobody knows, and that are no longer tried."""
    hopeless = or_(Letter.attempts > len(PAUSES), and_(*unknown(now())))
    given_up = (Letter.sent_at.is_(None), hopeless, Letter.created_at < before)
    return _deleted(delete(Letter).where(*given_up))


def tidy_notes(before: datetime) -> int:
    """Delete notifications that were read."""
    return _deleted(delete(Notification).where(Notification.read_at < before))


def tidy_invitations(before: datetime) -> int:
    """Delete invitations to joint proposals that nobody took up, with the addresses they went to."""
    return _deleted(delete(CoAuthor).where(CoAuthor.joined_at.is_(None), CoAuthor.expires_at < before))


def tidy_reporters(before: datetime) -> int:
    """Forget the addresses of reporters, once the last decision is older than the time to object."""
    late = exists().where(Decision.case_id == Report.case_id, Decision.at >= before)
    decided = exists().where(Decision.case_id == Report.case_id, Decision.at < before)
    return _deleted(update(Report).where(Report.email != "", decided, ~late).values(email=""))


def tidy_runs(before: datetime) -> int:
    """Delete old lines of this sweep's own log."""
    return _deleted(delete(RetentionRun).where(RetentionRun.at < before))


RULES: tuple[Rule, ...] = (
    Rule("unconfirmed", _l("Konten, deren Adresse nie bestätigt wurde"), "unconfirmed", tidy_unconfirmed),
    Rule("logins", _l("Abgelaufene Anmeldungen"), "", tidy_logins),
    Rule("links", _l("Benutzte und abgelaufene Links aus Mails"), "", tidy_links),
    Rule("parked", _l("Formulare, die auf eine Anmeldung warteten"), "", tidy_parked),
    Rule("challenges", _l("Angefangene Anmeldungen mit Passkey"), "", tidy_challenges),
    Rule("security_log", _l("Das Sicherheitslog: An- und Abmeldungen, Abweisungen"), "security_log", forget_before),
    Rule("letters", _l("Angaben zu verschickten Mails (Empfänger, Art, Zeitpunkt)"), "mail", tidy_letters),
    Rule("failed_letters", _l("Mails, die sich nicht zustellen ließen"), "failed_mail", tidy_failed_letters),
    Rule("notes", _l("Gelesene Benachrichtigungen"), "note", tidy_notes),
    Rule("reporters", _l("Mailadressen aus Meldungen, nach der letzten Entscheidung"), "report_mail", tidy_reporters),
    Rule("attachments", _l("Hochgeladene Dateien, die zu nichts gehören"), "attachment", drop_pending),
    Rule("invitations", _l("Einladungen zu Vorschlägen, die niemand annahm, mit der Adresse"), "", tidy_invitations),
    Rule("sealed", _l("Entfernte Texte, sobald niemand mehr widersprechen kann"), "", older.sweep),
    Rule("sightings", _l("Verschlüsselte Netzkennungen zu Stimmen, neuen Konten und Beiträgen"), "network", forget),
    Rule("exports", _l("Auskünfte, die nicht abgeholt wurden"), "", exports.expire),
    Rule("export_records", _l("Wann Sie eine Auskunft angefragt haben"), "mail", exports.forget),
    Rule("leftovers", _l("Reste gelöschter Konten"), "", lambda _before: departures.sweep_after(now() - 2 * EVERY)),
    Rule("form_keys", _l("Prüfsummen abgesandter Formulare (damit nichts doppelt entsteht)"), "form", form_keys.forget),
    Rule("runs", _l("Das Protokoll dieser Löschungen"), "retention_log", tidy_runs),
    Rule("job_runs", _l("Das Protokoll der Hintergrundarbeiten (Zahlen, keine Namen)"), "job_log", jobs.forget),
)
"""Everything that is deleted by itself. Settings say the period, so each of them is told where it is promised."""


SWEPT: Mapping[str, str] = {
    "account_tokens": "links",
    "appeal_links": "links",
    "challenges": "challenges",
    "letters": "letters",
    "logins": "logins",
    "notifications": "notes",
    "parked_forms": "parked",
    "personal_exports": "exports",
    "privacy_links": "links",
    "proposal_coauthors": "invitations",
    "sealed_texts": "sealed",
    "security_events": "security_log",
}
"""Tables whose rows lose their purpose with time, and the rule that deletes them."""

LASTING: Mapping[str, str] = {
    "answer_requests": "belongs to a public contribution; the date says until when an answer is awaited",
    "appeals": "part of a decision that stays verifiable; the date says when an answer is due",
    "bodies": "public record of who decided, and until when",
    "bursts": "says what moderators decided about many votes at once; who took part is swept (sightings)",
    "body_members": "public record of who sat in a body, and until when",
    "cases": "decisions rest on it; the dates say when it is due and who is at it",
    "chores": "when jobs are due; names nobody",
    "corrections": "public record with its period for objections",
    "decisions": "stays verifiable, without a name once the account is gone",
    "delegates": "public record of who spoke for an initiative, and until when",
    "departures": "says how and when an account was deleted; names nobody any more",
    "documents": "public files of versions; the date says which process makes one",
    "first_proposals": "belongs to the proposal; without a text, it says when a moderator decided",
    "outcomes": "public record; the date says when it is due",
    "passkeys": "belongs to the account and goes with it; the date tells its owner when it was used",
    "proposals": "public record; the dates say when a step is due",
    "readings": "public record of a reading",
    "recovery_codes": "belongs to the account and goes with it; used ones are shown as used",
    "users": "the account itself; a suspension ends by itself",
    "waiting_comments": "its text goes when it is decided; what stays says who decided when",
}
"""Tables that have such dates all the same and are kept, each with the reason."""


def sweep(periods: Periods, rules: Sequence[Rule] = RULES) -> dict[str, int]:
    """Apply every rule in a transaction of its own and note what it deleted; one that fails holds up no other.

    An edge of its own, like the postman: call it outside of a transaction.
    """
    done: dict[str, int] = {}
    for rule in rules:
        before = now() - (periods[rule.period] if rule.period else timedelta())
        try:
            with transaction():
                done[rule.kind] = rule.sweep(before)
                db.session.add(RetentionRun(kind=rule.kind, count=done[rule.kind]))
        except Exception:
            log.exception("retention rule %s failed", rule.kind)
            done[rule.kind] = -1
            with transaction():
                db.session.add(RetentionRun(kind=rule.kind, count=-1))
    return done


def last_runs(*, size: int = 100) -> Sequence[RetentionRun]:
    """Return the newest lines of the log; for operators."""
    return db.session.scalars(select(RetentionRun).order_by(RetentionRun.id.desc()).limit(size)).all()


def _deleted(statement: Any) -> int:
    result = db.session.execute(statement, execution_options={"synchronize_session": False})
    return int(result.rowcount) if isinstance(result, CursorResult) else 0
