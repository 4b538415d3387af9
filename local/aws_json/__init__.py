"""What the account's services have in common that speak AWS's JSON 1.1: requests, answers, and their checks."""
