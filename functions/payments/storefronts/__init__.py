"""Registered storefronts: API keys, webhook secrets and webhook endpoints.

It may import `aws`, `webhooks` and `domain`.
"""
