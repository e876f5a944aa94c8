"""The storefront's request for a payment: its model, the limits of its fields, the policy.

It imports pydantic and `domain`.
"""
