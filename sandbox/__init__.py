"""A local Telegram to chat with the bot in, for trying and testing; imports nothing of the product."""
