"""Pages of outcomes: the public record, and the desk where moderators write it.

views      the list and one outcome, for everyone
desk       begin, write, hand over, approve, give back, give up
answers    answers that an approved outcome left open
editor     what the writing page shows, from the database and from what was typed
words      kinds, fates and sources as people read them
"""
