"""Webhooks to storefronts: events, delivery attempts, retries, signatures, allowed addresses.

It imports `services` and `domain`.
"""
