"""Looks at an installation from outside and says of each part whether it is well, and what to do if not."""
