"""Looking back (Wirkung): what participation changed, counted from the tables of the rooms below. Writes nothing.

Vocabulary: effect (what one version of the Leitbild owes to participation), used (a contribution that is evidence of an
approved outcome behind a published change), answered (a contribution that any approved outcome says what became of).
No figure is about a person.
Asks: leitbild, outcomes, proposals, dialogue, base.
"""
