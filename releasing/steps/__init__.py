"""One file per section of the runbook; each step is declared once, with its check."""
