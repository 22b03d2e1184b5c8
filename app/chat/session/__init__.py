"""What happens to a conversation: asking, keeping, restoring, saving. Makes no HTML but messages."""
