"""Views of the rounds."""
