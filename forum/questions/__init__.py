"""Questions, answers, comments, votes, revisions, tags."""
