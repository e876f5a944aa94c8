"""DynamoDB and its streams in memory, with the calls of boto3's low-level clients."""
