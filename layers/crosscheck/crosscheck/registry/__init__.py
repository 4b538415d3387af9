"""Every check and every rollback by its kind, and how planned ones travel."""
