"""A live terminal dashboard for messaging contact centres, on LivePerson's Key Messaging Metrics API."""

__version__ = "0.1.0"
