"""The whole service on one machine: MiniStack stands in for AWS, the simulator for Finpay."""
