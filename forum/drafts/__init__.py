"""What people are writing and have not sent yet."""
