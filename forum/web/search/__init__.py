"""The search page, and similar questions while one is being written."""
