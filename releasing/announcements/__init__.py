"""The mails of a release: written, kept and sent."""
