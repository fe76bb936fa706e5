"""Stand-ins for programs that cannot act in a rehearsal: they refuse what the real ones refuse."""
