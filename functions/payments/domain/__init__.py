"""What a payment is and what it may become: states, transitions, changes, errors and ports.

Pure: no AWS, no HTTP, no environment. It imports nothing above itself.
"""
