"""Handing out documents: the page for print, the files of versions and comparisons, ordering the latter."""
