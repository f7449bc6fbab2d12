"""What every capability stands on: session, outbox, verdicts, errors, clock, words, markup, paging."""
