"""Merging: two groups of one channel become one, after a workspace joined an organisation."""
