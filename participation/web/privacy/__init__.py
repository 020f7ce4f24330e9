"""Pages about one's own data: downloading it, another address, deleting the account; and the log of retention.

keeper does their work in the background (see web/jobs); words names what is stored.
"""
