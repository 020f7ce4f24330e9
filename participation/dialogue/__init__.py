"""Threads, comments and votes. A thread never knows what it is about: its subject owns it from a higher floor.

Vocabulary: thread (one conversation with its Stimmungsbild), comment (kind, body, versions), reply (a comment with a
parent; shown one level deep), anchor (the point or the quoted words a comment is about, and what became of them),
ballot (one person's stance on a thread's subject), comment vote (helpful or not), tally (the stances of one region).
Recorded contributions (recording) were said at an occasion elsewhere; the room minutes owns those.
Counters stand on the rows and are kept in the vote's own transaction.
leaving says what becomes of votes and texts when an account is deleted; the room privacy decides that it is.
Asks: accounts, places, base.
"""
