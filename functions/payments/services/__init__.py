"""Use cases: initiate, cancel, apply a status, sync a status, resolve, reconcile, review.

Use cases reach external systems through ports. They import `payment_requests` and `domain`.
"""
