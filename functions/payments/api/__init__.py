"""HTTP: API Gateway events, request bodies, problems and responses.

It imports everything below the composition.
"""
