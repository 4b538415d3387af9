"""A page that a region serves, asked for without reaching any private address."""
