"""The Web API that the bot uses, answered as Slack answers."""
