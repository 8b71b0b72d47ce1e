"""What people look at: read from counters alone, so its cost does not grow with clicks."""
