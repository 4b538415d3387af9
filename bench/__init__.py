"""What is measured, with the command that measures it: docs/performance.md."""
