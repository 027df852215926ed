"""Privacy: what is stored of whom and for how long, showing it, and forgetting it."""
