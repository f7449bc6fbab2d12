"""Keeping it readable: what readers flag, who looks at it, and what was decided and why."""
