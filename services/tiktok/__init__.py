"""TikTok: accounts, their posts, what follows from them, and the top of bloggers."""
