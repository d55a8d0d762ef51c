"""Watches figures for alerts, writes down what becomes of them, and tells people: below any screen, with none needed.

Of several boards of one account on this machine one is in charge: it judges, writes and tells. The others show what it
writes down, can acknowledge and snooze, and one of them takes over when it ends.
"""
