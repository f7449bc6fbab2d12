"""The pages of tickets, and the agent's desk beside a question."""
