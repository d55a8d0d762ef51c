"""Serves a board to browsers: the only room that knows aiohttp and textual-serve. It knows nothing of what is shown."""
