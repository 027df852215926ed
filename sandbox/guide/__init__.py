"""A guide beside the page: who to be, what to press next, and others who play along."""
