"""Tables, named queries and migrations."""
