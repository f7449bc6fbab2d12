"""Telling people and systems: mail."""
