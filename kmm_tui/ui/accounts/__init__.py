"""Several accounts in one board: a strip for each, the worst first, and behind each strip its whole board."""
