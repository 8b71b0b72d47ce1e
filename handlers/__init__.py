"""What a person does in the chat, one folder a feature."""
