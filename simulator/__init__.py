"""A simulator of Finpay's payment gateway for tests and local work; never shipped to Lambda."""
