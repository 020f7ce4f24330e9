"""Measurements. `python -m bench` measures the pages; `leitbild.py` and `diff.py` have bars of their own."""
