"""How this place works, and what robots may read."""
