"""Users, roles, sessions, credentials, standing, the staff log."""
