"""Webhooks to storefronts: events, delivery attempts, retries, signatures, allowed addresses.

It may import `services` and the packages below `services`.
"""
