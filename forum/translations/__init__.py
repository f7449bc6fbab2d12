"""The sentences of the site in other languages, and the means to see that none is missing."""
