"""What bodies decide: their desk, the public comparison of their views, and how every version stands.

desk        drafting and signing, for members        views      the comparison, for everyone
standing    states for the pages of other corridors  entry      a resolution in the revision log
"""
