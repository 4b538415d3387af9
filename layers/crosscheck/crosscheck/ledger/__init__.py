"""What is known of every release: the facts, the subjects that they are about, and the table that holds them."""
