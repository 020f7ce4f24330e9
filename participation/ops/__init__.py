"""Keeping the platform alive: is it well, what waits, copies of it, and bringing a copy back.

state      probes: the database answers, its migrations, the disk, Redis; never slower than their patience
backlog    what waits to be done, and for how long
counters   bringing counters back in line with the rows they count
backup     a copy of a running installation in a folder, with a manifest
restore    an empty installation filled from such a folder; the log tells when it is older than what was known
check      everything that an operator wants to know at once, in plain words

May ask every room; knows neither the web nor the settings.
"""
