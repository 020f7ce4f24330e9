"""How far measures have come: reports with a source, confirmed by a moderator, and the register of all measures.

Vocabulary: state (Umsetzungsstand: vorgeschlagen, in Prüfung, beschlossen, in Umsetzung, umgesetzt; zurückgestellt,
verworfen, überholt), report (Standmeldung: state, day, source, next step), reference (of a resolution; compulsory for
beschlossen and verworfen), review date (Wiedervorlage; compulsory for zurückgestellt), stale (nothing reported for
twelve months: kein aktueller Stand). Independent of a measure's wording, which changes only through a revision.
transitions says which state may follow which, writing what a report must hold. The current state is kept on the node.
Asks: strategy, places, accounts, base.
"""
