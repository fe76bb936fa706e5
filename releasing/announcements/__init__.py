"""The mails of a release: how they are written, kept and sent."""
