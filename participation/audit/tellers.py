"""Who tells what an entry is about: one teller for each type of entry that this platform appends."""

from __future__ import annotations

from collections.abc import Mapping

from participation.errata import telling as errata
from participation.ledger.leaf import LeafType
from participation.ledger.telling import Teller, Told
from participation.leitbild import telling as leitbild
from participation.resolutions import telling as resolutions

TELLERS: Mapping[LeafType, Teller] = {
    LeafType.REVISION: leitbild.TELLER,
    LeafType.CORRECTION: errata.CORRECTIONS,
    LeafType.REDACTION: errata.REDACTIONS,
    LeafType.RESOLUTION: resolutions.TELLER,
    LeafType.KEY_ROTATION: Teller(lambda _entry: Told()),
}
