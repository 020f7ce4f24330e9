"""Pages of notifications.

views   the list, opening a note, marking all as read
"""
