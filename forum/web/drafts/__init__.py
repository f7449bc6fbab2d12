"""Drafts on pages: kept, restored, listed."""
