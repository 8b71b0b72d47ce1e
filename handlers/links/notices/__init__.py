"""What a person wants to be told about one link."""
