"""The log compared with the tables: what `flask leitbild verify` finds, and what strangers are given to check.

Vocabulary: teller (a room's function that says what the tables hold of an entry it appended), finding (what is wrong
with one entry), remark (what changed and may), export (leaves, checkpoints and contents for static/verify.py).
tellers is the table of all types of entry; verify compares, contents puts the export together.
Asks: leitbild and every other room that appends entries, ledger, base.
"""
