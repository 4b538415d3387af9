"""Writes CodePipeline's state changes into the ledger and says that the card changed."""
