"""The Leitbild: changes drafted from outcomes, revisions that never change again, and the log that proves it.

Vocabulary: change (Änderung, Ä-n: node, before, after, reason, at least one outcome), draft (changes collected for the
next revision), revision (Fassung n: immutable), passage (one node's wording in one revision), log entry (a publication
in the revision log, chained by SHA-256), provenance (passage → change → outcome → contributions, and back).
Asks: outcomes, proposals, strategy, dialogue, accounts, places, base.
"""
