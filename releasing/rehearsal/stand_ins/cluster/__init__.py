"""The cluster that kubectl of a rehearsal talks to: objects, waits, leases, rights and workflows."""
