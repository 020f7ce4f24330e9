"""The Leitbild: changes drafted from outcomes, revisions that never change again, and the log that proves it.

Vocabulary: change (Änderung, Ä-n: node, before, after, reason, at least one outcome), draft (changes collected for the
next revision), revision (Fassung n: immutable), passage (one node's wording in one revision), wording (one node's text
from the revision that brought it to the next one), sentence (a piece of it that keeps its id as long as it stays word
for word), ancestor (a sentence that another carries on), span (words of one origin: a change, or a node of the
presentation), log entry (a publication as a leaf of the ledger), provenance (passage → change → outcome →
contributions, and back).
following tells which sentences stayed (pure), marking sets them apart in the HTML, tracing stores both at publication,
sentences reads them. payload says what an entry commits to, telling what the tables hold of it today; the room audit
compares. freeze writes the list of measures of a revision (Anhang Maßnahmenliste) once and for ever, annex reads it.
A move is a node merged, split or struck, told with what stays readable at its origin.
Asks: outcomes, proposals, measures, strategy, dialogue, accounts, ledger, places, base.
"""
