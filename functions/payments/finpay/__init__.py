"""Finpay's API: client, HTTP transport, circuit breaker, responses and merchant credentials.

It imports `aws` and everything below it.
"""
