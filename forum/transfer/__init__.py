"""Imports, exports, backup, the demo community."""
