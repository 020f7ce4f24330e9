"""Pages of places: finding one by any of its names, and what the strategy says about it."""
