"""DynamoDB tables, the stream and SQS queues: implementations of ports.

It may import `webhooks`, `callbacks`, `services` and `domain`.
"""
