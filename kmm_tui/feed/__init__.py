"""What asks: one poller for each scope, gathering of what they ask for into few calls, and the table of retries."""
