"""HTTP: routing, request bodies, problems and responses, on Powertools' event handler.

Only the composition (`dependencies`, `bootstrap`) and the handlers may import it.
"""
