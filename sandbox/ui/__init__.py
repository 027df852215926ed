"""What the page and the players use: docs/sandbox.md has the protocol."""
