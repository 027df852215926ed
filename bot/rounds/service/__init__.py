"""Use cases of the rounds."""
