"""The payment domain: models and rules at the bottom, use cases above, AWS and HTTP at the rim."""
