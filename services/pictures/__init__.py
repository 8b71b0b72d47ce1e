"""Pictures, drawn in processes of their own so that nobody waits for them."""
