"""What prints: answers as tables, JSON and CSV, for people without a board and for other programs."""
