"""Files that people attach: PDF and pictures, checked by what they hold, kept outside of everything that is served.

Vocabulary: pending (uploaded, its form not complete yet; gone after a day), kept (described and attached to something).
A file never knows what it is attached to: proposals and minutes own it from higher floors, and say who may see it.
examine says what bytes are; storage keeps them under their SHA-256. Neither knows a table.
Asks: accounts, base.
"""
