"""Imports, exports, backup, the demo community: how texts and people come in and go out."""
