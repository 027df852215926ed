"""The leader from outside: leads a group, takes no part in it, and takes leave."""
