"""What was answered, kept on this machine: raw for days, then by minutes, then by hours."""
