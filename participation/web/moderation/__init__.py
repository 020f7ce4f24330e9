"""The moderators' workroom: what is due, and decisions about contributions.

views      the queue; a comment with its decisions
agenda     the queue as people read it: grouped by day, with words for how late something is
"""
