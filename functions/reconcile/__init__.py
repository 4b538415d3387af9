"""Asks CodePipeline what events may have missed, and tells the ledger what it lacks."""
