"""Test mode: simulated callbacks for test payments, and the queue that delays them.

It imports `aws`, `callbacks`, `services`, `payment_requests` and `domain`.
"""
