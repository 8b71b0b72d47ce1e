"""What operators look at, and the house's own upkeep."""
