"""Every outside world but LivePerson's: web addresses and commands that a person named.

Nothing here knows the API or a way to sign in to it, so that no credential of an account can reach any of these. Each
call has an end: in seconds and in bytes.
"""
