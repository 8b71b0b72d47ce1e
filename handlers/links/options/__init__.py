"""The settings message of a link."""
