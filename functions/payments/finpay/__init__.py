"""Finpay's API: client, HTTP transport, circuit breaker, responses and merchant credentials.

It may import `aws` and the packages below `aws`.
"""
