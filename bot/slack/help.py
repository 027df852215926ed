"""Help: `/intervisie help`, and the answer to an unknown subcommand."""

from bot.delivery.message import Message
from bot.slack import blocks, ids
from bot.slack.requests import Command
from bot.slack.router import Router, Subcommand
from bot.texts import Texts, escape


def register(router: Router) -> None:
    """Register the help command. It lists the subcommands of the router at the time of the call."""

    @router.command("help", "hulp", "?", summary=lambda t: t("All commands"))
    async def show(call: Command) -> None:
        unknown = "" if call.name in ("help", "hulp", "?") else call.name
        await call.answer(message(router, call.t, unknown, router.nearest(unknown) if unknown else None))


def _line(command: Subcommand, t: Texts) -> str:
    """One line of the help. The name in the person's language comes first, because other texts use it."""
    name, *others = (command.name, command.english) if t.language == "nl" else (command.english, command.name)
    line = f"`{ids.COMMAND} {name}` {command.summary(t)}"
    also = [word for word in dict.fromkeys((*others, *command.aliases)) if word != name and word.isalpha()]
    if not also:
        return line
    return line + " (" + t("also: {names}", names=", ".join(f"`{word}`" for word in also)) + ")"


def message(router: Router, t: Texts, unknown: str, nearest: str | None) -> Message:
    """The list of subcommands, after a suggestion for an unknown word."""
    opening = t("This is what I can do in this channel:")
    if unknown and nearest:
        opening = t(
            'I don\'t know "{word}". Did you mean `{command}`? This is everything I can do here:',
            word=escape(unknown[:40]),
            command=f"{ids.COMMAND} {nearest}",
        )
    elif unknown:
        opening = t(
            'I don\'t know "{word}". This is what I can do in this channel:', word=escape(unknown[:40])
        )
    lines = [_line(command, t) for command in router.subcommands if command.name]
    closing = t("During a session everything is a button: Slack does not take commands inside a thread.")
    return Message(
        "\n".join([opening, *lines, closing]),
        [blocks.section(opening), blocks.section("\n".join(lines), expand=True), blocks.context(closing)],
    )
