"""Articles, their revisions and reviews, promotion from accepted answers."""
