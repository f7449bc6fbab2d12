"""The face of this counter: its name, the company's name and logo, and one colour."""
