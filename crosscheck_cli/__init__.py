"""The command ``crosscheck``: what an operator asks of a deployed stack, and does about it.

It runs on the operator's machine, under the operator's own AWS credentials. It uses the kernel as the functions do, and
none of the functions.
"""
