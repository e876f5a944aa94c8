"""The domain: payments, states, transitions, changes, errors and the ports of the use cases.

Pure: no AWS, no HTTP, no environment variables. It imports no other package of the service.
"""
