"""Moderation: one queue of what is due; reports, cases, decisions with their statement of reasons, appeals; the rules.

Vocabulary: task (an entry of the queue: something that waits for a moderator, with a due date), report (what somebody
says is wrong with a contribution), case (all reports about one contribution, and what became of them), decision (a
measure with ground, facts and passage; never changed), statement (the decision as its author is told it), appeal (an
objection, decided by another moderator), rulebook (a version of the rules), log and transparency report (what everybody
may read of it, without names and texts).

rulebook    import and read the rules         reporting   report a contribution; reports join one open case
targets     what a case is about              deciding    open, take, decide a case
appealing   object, decide about an objection openness    the public log and the figures of a half-year
cases       reading cases and statements
admitting   release first contributions of new accounts, or decide against them
queries     the queue                         grounds    prepared texts that have to be adapted
sightings   flag what comes from one network  bursts     decide about it; votes are counted apart, never discarded
history     what an account did here          likeness   contributions that say nearly the same
sealing     keep removed texts under seal     quoting    take what quotes them out of their cases
older       seal removals from before there were seals
Asks: leitbild, outcomes, proposals, strategy, dialogue, accounts, places, base.
"""
