"""Buying a guide in the chat."""
