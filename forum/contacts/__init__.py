"""The CRM contact behind a user: value, zone, channels, timeline."""
