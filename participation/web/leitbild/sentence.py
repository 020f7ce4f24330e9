"""One sentence at its permanent address: this wording for ever, its ancestors, what became of it, how to cite it."""

from __future__ import annotations

from flask import jsonify, render_template, request, url_for
from flask_babel import gettext as _

from participation.base.verdict import NotFound
from participation.leitbild import queries, sentences
from participation.web.access import public
from participation.web.leitbild import panels, words
from participation.web.leitbild.blueprint import leitbild
from participation.web.shell import Answer
from participation.web.wording import day


@leitbild.get("/leitbild/satz/<int:id>")
@public
def satz(id: int) -> Answer:  # noqa: A002 - the name of the part of the address
    """Show a sentence; `?format=json` hands out what is needed to cite it."""
    family = sentences.family(id)
    revision = queries.revision_row(family.sentence.first_revision) if family else None
    if family is None or revision is None:
        raise NotFound(_("Diesen Satz gibt es nicht."))
    one = family.sentence
    stays = sentences.stays(id)
    address = url_for("leitbild.satz", id=id, _external=True)
    if request.args.get("format") == "json":
        return jsonify(
            id=id,
            text=one.text,
            sha256=one.hash or None,
            revision=one.first_revision,
            published=revision.published_at.isoformat(),
            revision_hash=revision.hash,
            stands=[{"node": stay.node_id, "since": stay.since, "until": stay.until} for stay in stays],
            ancestors=[member.id for member in family.ancestors],
            newer=[member.id for member in family.newer],
            address=address,
        )
    citation = _(
        "„%(text)s“ Leitbild für die Lausitz, Fassung %(number)s, veröffentlicht am %(day)s, Satz %(id)s. "
        "%(address)s (SHA-256 des Satzes: %(hash)s)",
        text=one.text,
        number=one.first_revision,
        day=day(revision.published_at),
        id=id,
        address=address,
        hash=one.hash,
    )
    return render_template(
        "leitbild/sentence.html",
        family=family,
        one=one,
        revision=revision,
        stays=stays,
        origin=panels.origin_of(family),
        citation=citation if one.hash else "",
        words=words,
    )
