"""What comes in from elsewhere and what goes out again: imports, exports, backup, the demo community."""
