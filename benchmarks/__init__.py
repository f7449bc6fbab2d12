"""What is measured, each printing a table."""
