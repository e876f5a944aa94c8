"""Mutation testing: small faults are put into the code that guards money, and a test has to fail.

mutmut makes the mutants, and `operators` a few more. Running them is done here: mutmut would leave
out whatever stands outside functions, which is where the table of states and its like are.
"""
