"""Argo workflows, and the lock of a cluster, through kubectl."""
