"""The page of the watch book, for operators and members of bodies.

views  the page
words  what its kinds and facts are called
"""
