"""Pages about one's own account: joining, coming in, settings."""
