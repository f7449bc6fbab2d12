"""Pictures that people show."""
