"""The rounds as people see them."""
