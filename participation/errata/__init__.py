"""What was published and must still be mended: erased for a person's sake, or put right. The wording never changes.

Vocabulary: erasure (Tilgung: content and salt of fields of earlier entries are deleted, and an entry says so), piece
(what a moderator chooses to erase, e.g. `antwort/17`), plan (everything one piece touches:
fields of the log, columns, copies), mark (what stands in the text's place, see ledger/erased.py), correction
(Berichtigung: what an entry said, what is right, and why; laid out for objections, then an entry of its own),
objection (a resident's word against a correction; it must be answered before the correction is confirmed).
Both take two moderators. Names under seal, at versions and at resolutions, go without a vote when an account is deleted
(erasing.redact_names). erasing and correcting write, plan finds what an erasure touches, telling tells the log.

Copies of erased text, and what happens to them: the draft a version was published from, changes of the same passage
with their comparisons, sentences that stand nowhere else, lines of the lists of measures, proposals that carried or
replaced the wording (every version of them), a proposal's answer, quotes at comments, and the importer's memory become
the mark as well; steps of merges are emptied. Notes to people lose it, and documents are made anew, by the event
TextErased. Exports kept as files are thrown away by the page. Left alone, and said so on the page: what people wrote
themselves (theirs to withdraw, or a matter for moderation), the operator's own files in content/, mails already sent,
and backups until they expire.
Asks: merging, leitbild, outcomes, proposals, strategy, dialogue, accounts, ledger, base.
"""
