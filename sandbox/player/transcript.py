"""The story as Markdown: who, where, what."""

import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.people import Team, elements, words

ZONE = ZoneInfo("Europe/Amsterdam")
USERS = ("U0ANNA", "U0BRAM", "U0CHLOE", "U0DAAN", "U0ESRA", "U0FLEUR")
DATE = re.compile(r"<!date\^[^|>]*\|([^>]*)>")
SORTS = ("mentions_in_channel", "mentions_in_thread", "replies", "private")
CHANNELS = {"C0OOST": "#intervisie-oost"}


class Transcript:
    """Prints what is new since the last time it was asked."""

    def __init__(self) -> None:
        self._shown: dict[tuple[str, str, str], str] = {}
        self._names: dict[str, str] = {"U0BOT": "Intervisie"}

    def heading(self, text: str) -> None:
        print(f"\n## {text}\n")

    async def write(self, team: Team) -> None:
        """Prints every message that is new or has changed, in the order of time."""
        if len(self._names) == 1:
            boot = await team.get("bootstrap", **{"as": USERS[0]})
            self._names |= {one["id"]: one["real_name"].split()[0] for one in boot["users"]}
        found: list[tuple[str, str, dict[str, Any]]] = []
        for user in USERS:
            for channel in (*CHANNELS, "D" + user[1:]):
                found += await self._in(team, user, channel)
        for _, where, message in sorted(found, key=lambda item: item[0]):
            self._print(where, message)

    def notifications(self, counted: dict[str, dict[str, int]]) -> None:
        """Prints how often each person was notified, and by what."""
        self.heading("Meldingen per persoon")
        print(
            "| wie | genoemd in het kanaal | genoemd in een thread | reactie in een gevolgde thread | privébericht |"
        )
        print("|---|---|---|---|---|")
        for user, sorts in counted.items():
            figures = (sorts[sort] for sort in SORTS)
            print(f"| {self._names.get(user, user)} | {' | '.join(map(str, figures))} |")

    async def _in(self, team: Team, user: str, channel: str) -> list[tuple[str, str, dict[str, Any]]]:
        """What is new for somebody in a channel and all its threads, or in their own conversation."""
        place = CHANNELS.get(channel) or f"privé aan {self._names[user]}"
        asked = {"as": user, "channel": channel, **({"with_threads": 1} if channel in CHANNELS else {})}
        found = []
        for message in (await team.get("messages", **asked))["messages"]:
            is_reply = message["thread_ts"] not in (None, message["ts"])
            found.append(self._placed(message, f"{place}, thread" if is_reply else place, user))
        return [one for one in found if one is not None]

    def _placed(self, message: dict[str, Any], place: str, user: str) -> Any:
        if message["ephemeral"]:
            place += f", alleen {self._names[user]} ziet dit"
        # What the whole channel sees is shown once, not once for each of its readers.
        key = (message["channel"], message["ts"], user if message["ephemeral"] else "")
        text = _content(message)
        if self._shown.get(key) == text:
            return None
        changed = key in self._shown
        self._shown[key] = text
        return (message["ts"], place + (" (bijgewerkt)" if changed else ""), message)

    def _print(self, where: str, message: dict[str, Any]) -> None:
        at = datetime.fromtimestamp(float(message["ts"]), ZONE).strftime("%d-%m %H:%M")
        author = self._names.get(message["user"], message["user"])
        print(f"**{author}** ({where}, {at})\n")
        for line in self._named(_content(message)).splitlines():
            print(f"> {line}")
        print()

    def _named(self, text: str) -> str:
        for user, name in self._names.items():
            text = text.replace(f"<@{user}>", f"@{name}")
        # The words for whoever's device cannot show a date in its own zone.
        return DATE.sub(lambda match: match[1], text)


def _content(message: dict[str, Any]) -> str:
    if not message["blocks"]:
        return str(message["text"])
    lines = []
    for block in message["blocks"]:
        controls = [
            f"[{element['text']['text']}]" for _, element in elements([block]) if element["type"] == "button"
        ]
        menus = [f"[{one['text']['text']}]" for _, e in elements([block]) for one in e.get("options", [])]
        if block["type"] == "actions":
            lines.append(" ".join(controls + menus))
        else:
            accessory = " ".join(controls)
            without = {key: value for key, value in block.items() if key != "accessory"}
            lines.append(f"{words(without)} {accessory}".rstrip())
    return "\n".join(line for line in lines if line)
