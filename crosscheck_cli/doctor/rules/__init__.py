"""The judgements: pure functions from what was seen to what is wrong with it."""
