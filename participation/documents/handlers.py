"""What events set off here: a published version is queued for the press; where text was erased, it is made anew."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from participation.documents.operations import discard, queue_revision, renew
from participation.errata import events as errata
from participation.leitbild import events as leitbild
from participation.resolutions import events as resolutions


def queue_documents(event: leitbild.RevisionPublished | leitbild.FirstPublished) -> None:
    """Queue the documents of a version that was just published."""
    queue_revision(event.number)


def renew_documents(event: errata.TextErased) -> None:
    """Throw the documents away that hold what was erased; the next ones show the marks."""
    for number in sorted(event.revisions):
        discard(number)


def renew_resolutions(event: resolutions.ResolutionSigned) -> None:
    """Have the documents of a version made anew, so that they tell what was decided about it."""
    renew(event.resolution.revision_number)


HANDLERS: Mapping[type, Sequence[Callable[[Any], None]]] = {
    leitbild.FirstPublished: (queue_documents,),
    leitbild.RevisionPublished: (queue_documents,),
    errata.TextErased: (renew_documents,),
    resolutions.ResolutionSigned: (renew_resolutions,),
}
