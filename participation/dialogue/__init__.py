"""Threads, comments and votes. A thread never knows what it is about: its subject owns it from a higher floor.

Vocabulary: thread (one conversation with its Stimmungsbild), comment (kind, body, versions), reply (a comment with a
parent; shown one level deep), ballot (one person's stance on a thread's subject), comment vote (helpful or not), tally
(the stances of one region). Counters stand on the rows and are kept in the vote's own transaction.
Asks: accounts, places, base.
"""
