"""HTTP: API Gateway events, request bodies, problems and responses.

Only the composition (`dependencies`, `bootstrap`) and the handlers may import it.
"""
