"""The first run: from nothing to a live board, a question at a time. Nothing is written before the last answer."""
