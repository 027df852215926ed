"""People who play by themselves: the demo's first cases, and the whole story."""
