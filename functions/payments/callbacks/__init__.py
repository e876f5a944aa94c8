"""Finpay's callbacks: the secret URL, the signature, the body, and the confirmation by Finpay.

It imports `services` and `domain`.
"""
