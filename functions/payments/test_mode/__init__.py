"""Test payments: simulated callbacks, and the queue that delays them.

It imports `aws`, `callbacks`, `services`, `requests` and `domain`.
"""
