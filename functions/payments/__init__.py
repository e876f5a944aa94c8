"""The payment service: domain rules, use cases, and adapters for Finpay, AWS and HTTP."""
