"""Guides: what they are made of, what they say, and who may read them. Selling stands in services.payments."""
