"""Files of a draft: added and taken away by its author until it is handed in."""

from __future__ import annotations

from flask import redirect, url_for
from flask_babel import gettext as _

from participation.base.db import transaction
from participation.base.verdict import NotFound, require
from participation.proposals import attaching, queries
from participation.proposals.models import MAX_FILES, Proposal
from participation.web.access import resident
from participation.web.attachments.adding import Desk, handle
from participation.web.attachments.shelf import takes_file
from participation.web.proposals.blueprint import proposals
from participation.web.security import UPLOADS, limiter
from participation.web.shell import Answer, member


@proposals.route("/vorschlaege/entwurf/<int:draft_id>/anhaenge", methods=["GET", "POST"])
@resident
@takes_file
@limiter.limit(UPLOADS, methods=["POST"])
def files(draft_id: int) -> Answer:
    """Show the files of a draft, and take one more."""
    draft = _draft(draft_id)
    require(attaching.may_attach(member(), draft))
    back = url_for("proposals.draft", draft_id=draft.id)
    return handle(
        Desk(
            url=url_for("proposals.files", draft_id=draft.id),
            back=back,
            title=draft.title or _("Entwurf"),
            crumbs=[(_("Vorschläge"), url_for("proposals.index")), (_("Entwurf"), back)],
            limit=MAX_FILES,
            files=lambda: attaching.files(draft_id),
            attach=lambda attachment: attaching.attach(member(), _draft(draft_id), attachment),
            note=_consequence(draft),
        )
    )


@proposals.post("/vorschlaege/entwurf/<int:draft_id>/anhaenge/<int:attachment_id>/weg")
@resident
def drop_file(draft_id: int, attachment_id: int) -> Answer:
    """Take a file away from a draft."""
    with transaction():
        attaching.detach(member(), _draft(draft_id), attachment_id)
    return redirect(url_for("proposals.files", draft_id=draft_id), 303)


def _consequence(draft: Proposal) -> str:
    """Say what has to be done anew once the files change."""
    if draft.waits_until is not None:
        return str(
            _(
                "Ihr Vorschlag wartet auf die Moderation. Ändern Sie die Anhänge, dann nehmen Sie ihn damit zurück "
                "und schicken ihn danach noch einmal ab."
            )
        )
    if any(one.joined_at is not None for one in draft.coauthors):
        return str(_("Wer mit Ihnen einreicht, stimmt auch den Anhängen zu. Ändern Sie sie, fragen wir noch einmal."))
    return ""


def _draft(draft_id: int) -> Proposal:
    found = queries.draft(draft_id, member())
    if found is None:
        raise NotFound
    return found
