"""Logs, metrics and traces, through Powertools.

It imports the use cases whose results it records. Only `api` and the composition import it.
"""
