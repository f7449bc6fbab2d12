"""What is kept about one person: all of it to show them, and how it goes away."""
