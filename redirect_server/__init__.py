"""The aiohttp application that short links lead through."""
