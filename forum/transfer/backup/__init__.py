"""One file that holds a whole installation, and how to come back from it; also the way from one database to the other."""
