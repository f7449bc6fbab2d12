"""Bring in a community from a Stack Exchange data dump, whatever year it was made in."""
