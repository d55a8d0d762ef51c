"""What the board knows: scopes, snapshots, figures, freshness. Pure: no I/O, and no clock of its own."""
