"""The desk: begin minutes, write down what was said, attach files, hand over; approve as a second moderator."""

from __future__ import annotations

import secrets

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from participation.base.db import transaction
from participation.base.text import TextTooLong
from participation.base.verdict import Denied, DomainError, NotFound, require
from participation.dialogue.comments import BodyMissing, BodyTooLong, UnknownLanguage
from participation.minutes import operations, policy, queries
from participation.minutes.models import MinutesVersion, Voice
from participation.minutes.operations import MinutesEdited, ReasonMissing, UnknownNode
from participation.minutes.writing import MOST_FILES, Incomplete
from participation.web.access import moderator
from participation.web.attachments.adding import Desk, handle
from participation.web.attachments.shelf import takes_file
from participation.web.dialogue.forms import KINDS
from participation.web.minutes import words
from participation.web.minutes.blueprint import minutes
from participation.web.minutes.forms import Blamed, HeaderForm, ReasonForm, VoiceForm, header_values, voice_values
from participation.web.numbers import number
from participation.web.once import once
from participation.web.security import DRAFTS, UPLOADS, limiter
from participation.web.shell import Answer, member


@minutes.route("/protokolle/neu", methods=["GET", "POST"])
@moderator
@limiter.limit(DRAFTS, methods=["POST"])
def new() -> Answer:
    """Begin the minutes of an event."""
    form = HeaderForm(data={"submission_key": secrets.token_urlsafe(16), "languages": ["de"]})
    form.prepare(queries.places())
    if not form.is_submitted():
        return _header_page(form, None)
    if form.validate():
        try:
            with transaction():
                key = form.submission_key.data or None
                version = operations.begin(member(), form.header(), today=words.today(), submission_key=key)
        except Denied:
            raise
        except DomainError as error:
            _blame(form, error, "title")
            return _header_page(form, None), error.status
        return redirect(url_for("minutes.draft", minutes_id=version.minutes_id), 303)
    return _header_page(form, None), 422


@minutes.get("/protokolle/entwurf/<int:minutes_id>")
@moderator
def draft(minutes_id: int) -> Answer:
    """Show a draft with all that can be done to it."""
    version = _draft(minutes_id)
    form = VoiceForm(data={"edit": str(version.edit), "lang": version.languages[0]})
    return _desk_page(version, form)


@minutes.route("/protokolle/entwurf/<int:minutes_id>/angaben", methods=["GET", "POST"])
@moderator
@limiter.limit(DRAFTS, methods=["POST"])
def header(minutes_id: int) -> Answer:
    """Change what a draft says about the event."""
    version = _draft(minutes_id)
    require(policy.may_write(member(), version))
    form = HeaderForm(data=header_values(version))
    form.prepare(queries.places())
    if not form.is_submitted():
        return _header_page(form, version)
    if form.validate():
        try:
            with transaction():
                operations.rewrite(member(), version, form.header(), expected_edit=_edit(form), today=words.today())
        except Denied:
            raise
        except DomainError as error:
            version = _draft(minutes_id)
            _blame(form, error, "title", version)
            return _header_page(form, version), error.status
        return redirect(url_for("minutes.draft", minutes_id=minutes_id), 303)
    return _header_page(form, version), 422


@minutes.post("/protokolle/entwurf/<int:minutes_id>/beitraege")
@moderator
@limiter.limit(DRAFTS)
@once
def add_voice(minutes_id: int) -> Answer:
    """Write one more contribution down."""
    version, form = _draft(minutes_id), VoiceForm()
    require(policy.may_write(member(), version))
    form.prepare(queries.talked_about())
    if not form.validate():
        return _desk_page(version, form), 422
    try:
        with transaction():
            operations.add_voice(member(), version, **form.chosen(), expected_edit=_edit(form))
    except Denied:
        raise
    except DomainError as error:
        version = _draft(minutes_id)
        _blame(form, error, "body", version)
        return _desk_page(version, form), error.status
    return redirect(url_for("minutes.draft", minutes_id=minutes_id, _anchor="beitraege"), 303)


@minutes.route("/protokolle/entwurf/<int:minutes_id>/beitraege/<int:position>", methods=["GET", "POST"])
@moderator
@limiter.limit(DRAFTS, methods=["POST"])
def change_voice(minutes_id: int, position: int) -> Answer:
    """Change a contribution of a draft."""
    version = _draft(minutes_id)
    require(policy.may_write(member(), version))
    voice = _voice(version, position)
    form = VoiceForm(data=voice_values(voice, version.edit))
    if voice.comment_id is not None:
        # People answered it there: place, kind and language stay.
        form.node_id.data, form.kind.data, form.lang.data = voice.node_id, voice.kind.value, voice.lang
    form.prepare(queries.talked_about())
    if not form.is_submitted():
        return _voice_page(version, voice, form)
    if form.validate():
        try:
            with transaction():
                operations.change_voice(member(), version, position, **form.chosen(), expected_edit=_edit(form))
        except Denied:
            raise
        except DomainError as error:
            version = _draft(minutes_id)
            _blame(form, error, "body", version)
            return _voice_page(version, _voice(version, position), form), error.status
        return redirect(url_for("minutes.draft", minutes_id=minutes_id, _anchor="beitraege"), 303)
    return _voice_page(version, voice, form), 422


@minutes.post("/protokolle/entwurf/<int:minutes_id>/beitraege/<int:position>/weg")
@moderator
def drop_voice(minutes_id: int, position: int) -> Answer:
    """Leave a contribution out."""
    with transaction():
        edit = number(request.form.get("edit")) or 0
        operations.drop_voice(member(), _draft(minutes_id), position, expected_edit=edit)
    return redirect(url_for("minutes.draft", minutes_id=minutes_id, _anchor="beitraege"), 303)


@minutes.route("/protokolle/entwurf/<int:minutes_id>/anhaenge", methods=["GET", "POST"])
@moderator
@takes_file
@limiter.limit(UPLOADS, methods=["POST"])
def files(minutes_id: int) -> Answer:
    """Show the files of a draft, and take one more."""
    version = _draft(minutes_id)
    require(policy.may_write(member(), version))
    back = url_for("minutes.draft", minutes_id=minutes_id)
    return handle(
        Desk(
            url=url_for("minutes.files", minutes_id=minutes_id),
            back=back,
            title=version.title,
            crumbs=[(_("Protokolle"), url_for("minutes.index")), (_("Entwurf"), back)],
            limit=MOST_FILES,
            files=lambda: queries.files(_draft(minutes_id)),
            attach=lambda attachment: operations.attach(member(), _draft(minutes_id), attachment),
        )
    )


@minutes.post("/protokolle/entwurf/<int:minutes_id>/anhaenge/<int:attachment_id>/weg")
@moderator
def drop_file(minutes_id: int, attachment_id: int) -> Answer:
    """Take a file away from a draft."""
    with transaction():
        operations.detach(member(), _draft(minutes_id), attachment_id)
    return redirect(url_for("minutes.files", minutes_id=minutes_id), 303)


@minutes.post("/protokolle/entwurf/<int:minutes_id>/uebergeben")
@moderator
@once
def submit(minutes_id: int) -> Answer:
    """Hand a draft over to a second moderator."""
    with transaction():
        operations.submit(member(), _draft(minutes_id), expected_edit=number(request.form.get("edit")) or 0)
    flash(
        _("Das Protokoll liegt jetzt zur Freigabe. Öffentlich wird es, wenn eine zweite Person es gelesen hat."),
        "success",
    )
    return redirect(url_for("minutes.draft", minutes_id=minutes_id), 303)


@minutes.post("/protokolle/entwurf/<int:minutes_id>/verwerfen")
@moderator
def discard(minutes_id: int) -> Answer:
    """Throw a draft away."""
    with transaction():
        operations.discard(member(), _draft(minutes_id))
    flash(_("Der Entwurf ist gelöscht."), "success")
    return redirect(url_for("minutes.index"), 303)


@minutes.get("/moderation/protokoll/<int:minutes_id>")
@moderator
def review(minutes_id: int) -> Answer:
    """Show a version as it would be published, to whoever may approve it."""
    return _review_page(_draft(minutes_id), ReasonForm())


@minutes.post("/moderation/protokoll/<int:minutes_id>/freigeben")
@moderator
@once
def approve(minutes_id: int) -> Answer:
    """Publish a version."""
    with transaction():
        edit = number(request.form.get("edit")) or 0
        done = operations.approve(member(), _draft(minutes_id), expected_edit=edit)
    flash(_("Das Protokoll ist öffentlich. Seine Beiträge stehen in den Gesprächen."), "success")
    return redirect(url_for("minutes.minutes_page", number=done.number), 303)


@minutes.post("/moderation/protokoll/<int:minutes_id>/zurueckgeben")
@moderator
def send_back(minutes_id: int) -> Answer:
    """Give a version back to be changed."""
    version, form = _draft(minutes_id), ReasonForm()
    require(policy.may_return(member(), version))
    if not form.validate():
        return _review_page(version, form), 422
    try:
        with transaction():
            operations.send_back(member(), version, form.reason.data or "")
    except ReasonMissing as error:
        form.blame({"reason": error.message})
        return _review_page(_draft(minutes_id), form), error.status
    return redirect(url_for("minutes.draft", minutes_id=minutes_id), 303)


def _draft(minutes_id: int) -> MinutesVersion:
    found = queries.draft(minutes_id, member())
    if found is None:
        raise NotFound
    return found


def _voice(version: MinutesVersion, position: int) -> Voice:
    found = next((voice for voice in queries.voices(version) if voice.position == position), None)
    if found is None:
        raise NotFound
    return found


def _edit(form: HeaderForm | VoiceForm) -> int:
    return number(form.edit.data) or 0


def _blame(form: Blamed, error: DomainError, otherwise: str, version: MinutesVersion | None = None) -> None:
    """Put an objection at the field it is about; after a conflict the form knows of the newer state."""
    if isinstance(error, Incomplete):
        form.blame(error.problems)
        return
    if isinstance(error, MinutesEdited) and version is not None:
        form["edit"].data = str(version.edit)
    fields = {UnknownNode: "node_id", UnknownLanguage: "lang", TextTooLong: "summary"}
    name = "body" if isinstance(error, BodyMissing | BodyTooLong) else fields.get(type(error), otherwise)
    form.blame({name if name in form else otherwise: error.message})


def _header_page(form: HeaderForm, version: MinutesVersion | None) -> str:
    return render_template("minutes/header.html", form=form, version=version, today=words.today())


def _desk_page(version: MinutesVersion, form: VoiceForm) -> str:
    form.prepare(queries.talked_about())
    return render_template(
        "minutes/draft.html",
        version=version,
        voices=queries.voices(version),
        files=queries.files(version),
        form=form,
        kinds=KINDS,
        may_write=policy.may_write(member(), version),
        may_return=policy.may_return(member(), version),
        words=words,
    )


def _voice_page(version: MinutesVersion, voice: Voice, form: VoiceForm) -> str:
    return render_template("minutes/voice.html", version=version, voice=voice, form=form)


def _review_page(version: MinutesVersion, form: ReasonForm) -> str:
    return render_template(
        "minutes/review.html",
        version=version,
        voices=queries.voices(version),
        files=queries.files(version),
        form=form,
        kinds=KINDS,
        verdict=policy.may_approve(member(), version),
        may_return=policy.may_return(member(), version),
        words=words,
    )
