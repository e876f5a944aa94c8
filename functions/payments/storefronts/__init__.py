"""Storefronts as the operator registered them: API keys, webhook secrets, webhook endpoints.

It imports `aws`, `webhooks` and `domain`.
"""
