"""Use cases: initiate, cancel, apply a status, sync a status, resolve, reconcile, review.

They reach the outside world through ports. They import `requests` and `domain`.
"""
