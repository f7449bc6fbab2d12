"""Tickets and their links to answers, articles and questions."""
