"""Pages from which the site is run."""
