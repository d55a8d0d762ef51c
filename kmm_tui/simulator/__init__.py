"""A contact centre in a box: a simulated floor, and the Key Messaging Metrics API in front of it."""
