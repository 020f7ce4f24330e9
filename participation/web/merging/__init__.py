"""Pages of merging, for moderators: Textänderungen in place, decisions, what they come to, and the way to a change.

views      the merge view and what a save answers, and the page that leads to the change
board      what the merge view shows, from the database and from what was chosen
conflicts  what two moderators chose differently, place by place
words      names, and the reason a change begins with
"""
