"""What the service takes in time and space, beside what else a merchant could have written.

`make bench` runs all of it; nothing in here is deployed.
"""
