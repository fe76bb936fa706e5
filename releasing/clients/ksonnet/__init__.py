"""The part of ksonnet that the runbook uses, without ks: apps, parameters, rendering, apply."""
