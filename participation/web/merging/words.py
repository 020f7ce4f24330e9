"""Names and sentences of merging."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from participation.base.verdict import Message
from participation.merging.sheets import Sheet
from participation.merging.tables import Aside, Backer
from participation.merging.weighing import Choice, Decision
from participation.outcomes.models import Fate

ASIDES: Mapping[Aside, Message] = {
    Aside.OLDER: _l("ruht auf einer älteren Fassung und passt nicht mehr an eine Stelle des heutigen Wortlauts"),
    Aside.SAID: _l("steht so schon im heutigen Wortlaut"),
    Aside.UNCHECKED: _l("wartet noch auf die formale Prüfung"),
    Aside.HIDDEN: _l("ist ausgeblendet und liegt darum nicht auf dem Tisch"),
}
FATES: Mapping[Fate | None, Message] = {
    Fate.ADOPTED: _l("ganz übernommen"),
    Fate.PARTLY: _l("teilweise übernommen"),
    None: _l("bleibt offen"),
}


def support(backer: Backer) -> str:
    """Say how many sign with a proposal."""
    return str(ngettext("%(num)s Mitzeichnung", "%(num)s Mitzeichnungen", backer.supporters))


def listed(references: Sequence[str]) -> str:
    """Join references as one says them: V-1, V-2 und V-3."""
    if len(references) < 2:
        return "".join(references)
    return str(_("%(most)s und %(last)s", most=", ".join(references[:-1]), last=references[-1]))


def chosen(decision: Decision | None) -> str:
    """Say what was chosen for a place."""
    if decision is None:
        return str(_("noch offen"))
    if decision.choice is Choice.LEAVE:
        return str(_("Wortlaut lassen"))
    return str(_("„%(text)s“", text=decision.text.strip()) if decision.text.strip() else _("Stelle entfällt"))


def reason(sheet: Sheet) -> str:
    """Return the beginning of a change's reason: which proposals it takes up, and which stay open."""
    by_fate: dict[Fate | None, list[str]] = {}
    for ident, backer in sheet.table.backers.items():
        by_fate.setdefault(sheet.fates.get(ident), []).append(backer.reference)
    sentences = []
    if whole := by_fate.get(Fate.ADOPTED):
        sentences.append(
            ngettext("%(refs)s ist übernommen.", "%(refs)s sind übernommen.", len(whole), refs=listed(whole))
        )
    if partly := by_fate.get(Fate.PARTLY):
        sentences.append(
            ngettext(
                "%(refs)s ist in Teilen übernommen.",
                "%(refs)s sind in Teilen übernommen.",
                len(partly),
                refs=listed(partly),
            )
        )
    if still := by_fate.get(None):
        sentences.append(ngettext("%(refs)s bleibt offen.", "%(refs)s bleiben offen.", len(still), refs=listed(still)))
    return " ".join(str(sentence) for sentence in sentences)
