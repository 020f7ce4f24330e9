"""Pages about one's own data: downloading it, another address, deleting the account; and the log of retention.

keeper is the thread that works for them (see web/worker.py); words names what is stored.
"""
