"""The Leitbild: changes drafted from outcomes, revisions that never change again, and the log that proves it.

Vocabulary: change (Änderung, Ä-n: node, before, after, reason, at least one outcome), draft (changes collected for the
next revision), revision (Fassung n: immutable), passage (one node's wording in one revision), log entry (a publication
as a leaf of the ledger), provenance (passage → change → outcome → contributions, and back).
payload says what an entry commits to, contents puts the export together, verify compares entries and tables.
Asks: outcomes, proposals, strategy, dialogue, accounts, ledger, places, base.
"""
