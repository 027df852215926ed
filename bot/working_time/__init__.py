"""Working time: the hours in which the bot may write to somebody, and public holidays. Pure: rules may use it."""
