"""Handing on once more what was given up, or what a file holds. Nothing is lost, wherever it is killed."""
