"""The workspace's state: people, channels, messages, views, its clock and its journal."""
