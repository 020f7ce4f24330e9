"""Pages that look back: what participation changed.

views   the page of effects
"""
