"""The shared kernel: what a release is, what is known of it, and how to look at it.

The kernel imports none of the functions. AWS stands at its edges: ``clients`` makes boto3 clients,
``ledger`` and ``card_queue`` use them; everything about releases, verdicts and cards is pure.
"""

from crosscheck import init_phase as init_phase  # before everything else: it saves the looks for garbage
