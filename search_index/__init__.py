"""Documents in, ranked hits out; knows nothing of the forum."""
