"""What the merchant's operator runs; never shipped to Lambda."""
