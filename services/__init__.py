"""What the product does, one folder a feature; knows nothing of Telegram or of web servers."""
