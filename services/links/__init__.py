"""Short links: their making, their lists, their statistics, and the directory that redirects read."""
