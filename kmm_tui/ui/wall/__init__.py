"""The wallboard: figures that are read from across the room, on a screen that nobody touches."""
