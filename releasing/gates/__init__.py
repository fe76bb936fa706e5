"""What stops a release."""
