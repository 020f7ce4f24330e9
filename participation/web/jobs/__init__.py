"""Work after the answer: which jobs there are, how they are run, and the operators' page about them.

table     every job, in one place: mails, documents, exports, deletions, retention, bursts, signing
office    runs them: in this process (JOBS=embedded), by `flask jobs work` (worker), or not at all (off)
views     the page that shows how they stand
"""
