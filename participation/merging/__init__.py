"""Merging: several Textänderungen of one node brought together into one wording, place by place.

Vocabulary: table (the current wording with every open Textänderung in place), region (a place that at least one of
them changes, see base.merge), decision (what shall stand there: an option, the wording as it is, a text by hand), step
(what was decided at one save; steps are only ever added, so undo and redo are steps, too), sheet (the newest step as
it fits the table of today, with what is new since).
It is a room of its own above the Leitbild, because a merge publishes nothing: it ends in a change that is prefilled,
and outcomes and proposals stay as they are until people write them.
Asks: leitbild, outcomes, proposals, strategy, accounts, base.

weighing    pure: decisions → wording and fates, what still fits after a change, where two moderators disagree
tables      what lies on the table; sheets: what was decided about it; operations: decide, undo, redo
queries     where merging is due, which fates it suggests, which outcomes can carry it
"""
