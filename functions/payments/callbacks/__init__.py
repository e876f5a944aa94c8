"""Finpay's callbacks: URL token, signature, body, and confirmation of an unverified callback.

It imports `services` and `domain`.
"""
