"""The moderators' workroom: what is due, and decisions about contributions.

views      the queue; a contribution with its decisions
reporting  report a contribution, with or without an account; how a report stands
cases_desk a case: take it, give it back, decide
bursts_desk a burst: look at it, decide, take that back
histories  what an account did here; each look is noted
pace       the next item, and single keys
appealing  statements of reasons, objections, decisions about them
openness   the public log and the transparency reports
agenda     the queue as people read it: grouped by day, with words for how late something is
"""
