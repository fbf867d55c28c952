"""The assistant: the article that answers, quoted, or an honest "not found"."""
