"""DynamoDB tables, the stream and SQS queues, behind the ports of the packages below.

It imports `webhooks`, `callbacks`, `services` and `domain`.
"""
