"""The tables of the bot, for commands that work on all of them."""


def load_every_table() -> None:
    """Import the records of all rooms: until then the metadata lacks tables.

    The composition root imports them, and is slow to load, so it is imported only when such a command runs.
    """
    import bot.app  # noqa: F401  # its import is what is wanted
