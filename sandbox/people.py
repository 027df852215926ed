"""People who act by themselves, over the same calls as the page: for tests, the story and the screenshots.

A person can only do what the page would let them do: a button that is not there, a field left empty that must be
filled, a text that is too long or a choice that does not exist raises CannotDo.
"""

from typing import Any

from sandbox.client import Client
from sandbox.here import Here, app_at

Json = dict[str, Any]


class CannotDo(AssertionError):
    """What was asked of this person is impossible on the page."""


class Team:
    """The way to the workspace for everyone in it."""

    def __init__(self, url: str) -> None:
        self.url = url
        app = app_at(url)
        self.http: Client | Here = Here(app, url) if app else Client(url)

    async def __aenter__(self) -> "Team":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.aclose()

    def person(self, user: str) -> "Someone":
        return Someone(self, user)

    async def get(self, path: str, **params: Any) -> Json:
        response = await self.http.get(f"/ui/{path}", params=params)
        return _ok(response.json())

    async def post(self, path: str, **body: Any) -> Json:
        response = await self.http.post(f"/ui/{path}", json=body)
        return _ok(response.json())

    async def settle(self) -> None:
        """Waits until the bot has nothing left to do now."""
        if not (await self.post("settle"))["settled"]:
            raise CannotDo("the bot does not come to rest")

    async def advance(self, **by: float) -> None:
        """Moves time forward by hours, minutes or seconds, and lets the bot do what falls due."""
        seconds = by.get("days", 0) * 86400 + by.get("hours", 0) * 3600 + by.get("minutes", 0) * 60
        await self.post("clock", advance=seconds + by.get("seconds", 0))
        await self.settle()

    async def to_next(self) -> float:
        """Moves to the next moment at which the bot has something to do; returns the present time."""
        answer = await self.post("clock", to_next=True)
        return float(answer["now"])

    async def until(self, moment: float) -> None:
        """Moves to a moment by way of every moment before it, as time does."""
        while True:
            await self.settle()
            clock = (await self.post("settle"))["next"]
            if clock is None or clock >= moment:
                break
            await self.to_next()
        await self.post("clock", to=moment)
        await self.settle()

    async def now(self) -> float:
        return float((await self.post("settle"))["now"])

    async def change(self, user: str, **fields: Any) -> None:
        """Changes anything about a person (status, do not disturb, guest, …), as sandbox/workspace/model.py names it."""
        await self.post("person", user=user, **fields)

    async def notifications(self) -> dict[str, dict[str, int]]:
        """How many notifications each person got so far, by sort."""
        found: dict[str, dict[str, int]] = (await self.get("notifications"))["notifications"]
        return found

    async def posted(self) -> list[Json]:
        """Every message that the bot posted so far, also those that it took away later."""
        found: list[Json] = (await self.get("posted"))["messages"]
        return found

    async def refused(self) -> list[Json]:
        """What the sandbox refused so far."""
        entries = (await self.get("journal"))["entries"]
        return [entry for entry in entries if entry["refused"]]


class Someone:
    """One person in the workspace."""

    def __init__(self, team: Team, user: str) -> None:
        self.team = team
        self.user = user
        self.filled: Json = {}
        self.errors: dict[str, str] = {}

    @property
    def dm(self) -> str:
        """The conversation with the bot."""
        return "D" + self.user[1:]

    # Doing

    async def command(self, text: str, channel: str) -> None:
        """Types "/intervisie …" in a channel."""
        await self.team.post(
            "command", **{"as": self.user}, channel=channel, command="/intervisie", text=text
        )
        self.filled = {}

    async def say(self, text: str, channel: str, thread_ts: str | None = None) -> str:
        posted = await self.team.post(
            "post", **{"as": self.user}, channel=channel, text=text, thread_ts=thread_ts
        )
        return str(posted["ts"])

    async def delete(self, channel: str, ts: str) -> None:
        """Deletes a message by hand, also one of the bot's."""
        await self.team.post("delete", **{"as": self.user}, channel=channel, ts=ts)

    async def close_page(self) -> None:
        """Goes away: what comes meanwhile for their eyes only never arrives, and what came is gone."""
        await self.team.post("presence", **{"as": self.user}, open=False)

    async def open_page(self) -> None:
        """Comes back."""
        await self.team.post("presence", **{"as": self.user}, open=True)

    async def read(self, channel: str, thread_ts: str | None = None) -> None:
        """Looks at everything in a channel or a thread: the badges go."""
        await self.team.post("read", **{"as": self.user}, channel=channel, thread_ts=thread_ts)

    async def badges(self) -> list[Json]:
        """Where something is unread: `channel`, `thread_ts`, and how many `notifications`."""
        found: list[Json] = (await self.team.get("badges"))["badges"][self.user]
        return found

    async def open_home(self) -> None:
        await self.team.post("home/open", **{"as": self.user})

    async def click(self, label: str, *, channel: str, thread_ts: str | None = None) -> None:
        """Presses the newest button with this text in a channel, a thread or a conversation."""
        for message in reversed(await self.messages(channel, thread_ts)):
            for block, element in elements(message["blocks"]):
                if element["type"] == "button" and element["text"]["text"] == label:
                    await self._act(message, block, _pressed(element))
                    return
        raise CannotDo(f"{self.user} sees no button {label!r} in {channel}")

    async def press(
        self, action_id: str, *, channel: str, thread_ts: str | None = None, ts: str | None = None
    ) -> None:
        """Presses the newest button of this kind, or the one on the message `ts`, in whichever language."""
        for message in reversed(await self.messages(channel, thread_ts)):
            if ts not in (None, message["ts"]):
                continue
            for block, element in elements(message["blocks"]):
                if element["type"] == "button" and element["action_id"] == action_id:
                    await self._act(message, block, _pressed(element))
                    return
        raise CannotDo(f"{self.user} sees no button of the kind {action_id} in {channel}")

    async def choose(self, label: str, *, channel: str, thread_ts: str | None = None) -> None:
        """Chooses an option, by its text, of the newest menu that has it in a message."""
        for message in reversed(await self.messages(channel, thread_ts)):
            for block, element in elements(message["blocks"]):
                for option in element.get("options", []):
                    if option["text"]["text"] == label:
                        await self._act(message, block, _chosen(element, option))
                        return
        raise CannotDo(f"{self.user} sees no choice {label!r} in {channel}")

    async def click_in_view(self, label: str, *, home: bool = False) -> None:
        """Presses a button, or chooses an option, in the open form or on the Home tab."""
        view = await self.home() if home else await self.modal()
        for block, element in elements(view["blocks"]):
            action: Json | None = None
            if element["type"] == "button" and element["text"]["text"] == label:
                action = _pressed(element)
            for option in element.get("options", []):
                if option["text"]["text"] == label:
                    action = _chosen(element, option)
            if action is not None:
                await self.team.post(
                    "action",
                    **{"as": self.user},
                    source={"kind": "view", "view_id": view["id"]},
                    block_id=block.get("block_id", ""),
                    action=action,
                    # As a client does: with what stands in the form at that moment.
                    state={} if home else {**initial_state(view), **self.filled},
                )
                return
        raise CannotDo(f"{self.user} sees no {label!r} in the view")

    async def press_in_view(self, action_id: str, holding: str = "") -> None:
        """Presses the button of this kind in the open form; of several, the one whose value holds a text."""
        view = await self.modal()
        for block, element in elements(view["blocks"]):
            if element["action_id"] == action_id and holding in element.get("value", ""):
                await self.team.post(
                    "action",
                    **{"as": self.user},
                    source={"kind": "view", "view_id": view["id"]},
                    block_id=block.get("block_id", ""),
                    action=_pressed(element),
                    state={**initial_state(view), **self.filled},
                )
                return
        raise CannotDo(f"{self.user} sees no button of the kind {action_id} in the view")

    async def _act(self, message: Json, block: Json, action: Json) -> None:
        source = {"kind": "message", "channel": message["channel"], "ts": message["ts"]}
        self.filled = {}
        await self.team.post(
            "action", **{"as": self.user}, source=source, block_id=block.get("block_id", ""), action=action
        )

    async def fill(self, **values: Any) -> None:
        """Fills in fields of the open form, by block id: text, an option's text, a list of them, a date."""
        view = await self.modal()
        fields = {block["block_id"]: block["element"] for block in view["blocks"] if block["type"] == "input"}
        for name, value in values.items():
            if name not in fields:
                raise CannotDo(f"the form has no field {name!r}; it has {sorted(fields)}")
            self.filled[name] = {fields[name]["action_id"]: _value(fields[name], value)}
        state = {**initial_state(view), **self.filled}
        await self.team.post("typed", **{"as": self.user}, view_id=view["id"], state=state)

    async def submit(self) -> dict[str, str]:
        """Sends the open form; returns the errors at its fields."""
        view = await self.modal()
        state = {**initial_state(view), **self.filled}
        for block in view["blocks"]:
            if block["type"] == "input" and not block.get("optional") and _empty(state[block["block_id"]]):
                raise CannotDo(f"the field {block['block_id']!r} must be filled in")
        answer = await self.team.post("submit", **{"as": self.user}, view_id=view["id"], state=state)
        self.errors = answer["errors"]
        if not self.errors:
            self.filled = {}
        return self.errors

    async def close(self) -> None:
        view = await self.modal()
        await self.team.post("close", **{"as": self.user}, view_id=view["id"])

    async def close_all(self) -> None:
        while await self.views():
            await self.close()

    # Seeing

    async def messages(self, channel: str, thread_ts: str | None = None) -> list[Json]:
        params = {"as": self.user, "channel": channel}
        if thread_ts:
            params["thread_ts"] = thread_ts
        found: list[Json] = (await self.team.get("messages", **params))["messages"]
        return found

    async def views(self) -> list[Json]:
        found: list[Json] = (await self.team.get("views", **{"as": self.user}))["views"]
        return found

    async def modal(self) -> Json:
        """The form on top."""
        stack = await self.views()
        if not stack:
            raise CannotDo(f"{self.user} has no form open")
        return stack[-1]

    async def home(self) -> Json:
        found: Json | None = (await self.team.get("home", **{"as": self.user}))["view"]
        if found is None:
            raise CannotDo(f"{self.user} has no Home tab yet")
        return found

    async def sees(self, text: str, channel: str, thread_ts: str | None = None) -> bool:
        """Whether a text stands anywhere in a channel, a thread or a conversation."""
        return any(text in readable(message) for message in await self.messages(channel, thread_ts))

    async def files(self, channel: str, thread_ts: str | None = None) -> list[Json]:
        """Every file in a conversation, the oldest first."""
        return [file for message in await self.messages(channel, thread_ts) for file in message["files"]]

    async def open_file(self, file: Json) -> bytes:
        response = await self.team.http.get(file["url_private"], params={"as": self.user})
        if response.status_code != 200:
            raise CannotDo(f"{self.user} cannot open {file['title']!r}")
        return response.content

    async def read_modal(self) -> str:
        return words(await self.modal())


def elements(blocks: list[Json]) -> list[tuple[Json, Json]]:
    """Every interactive element with the block it stands in."""
    found = []
    for block in blocks:
        for element in [block.get("accessory"), *block.get("elements", []), block.get("element")]:
            if isinstance(element, dict) and "action_id" in element:
                found.append((block, element))
    return found


def words(content: Any) -> str:
    """Every text in a view or in blocks, for looking something up."""
    if isinstance(content, dict):
        own = [content["text"]] if isinstance(content.get("text"), str) else []
        return "\n".join(own + [found for value in content.values() if (found := words(value))])
    if isinstance(content, list):
        return "\n".join(found for item in content if (found := words(item)))
    return ""


def readable(message: Json) -> str:
    """A message as its reader sees it."""
    return words(message["blocks"]) or str(message["text"])


def initial_state(view: Json) -> Json:
    """What a form holds before anybody types."""
    state: Json = {
        block_id: dict(actions) for block_id, actions in view.get("state", {}).get("values", {}).items()
    }
    for block in view["blocks"]:
        if block["type"] == "input" and block["block_id"] not in state:
            element = block["element"]
            state[block["block_id"]] = {element["action_id"]: _initial(element)}
    return state


_KEYS = {
    "plain_text_input": ("value", "initial_value"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "users_select": ("selected_user", "initial_user"),
    "static_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "checkboxes": ("selected_options", "initial_options"),
    "multi_static_select": ("selected_options", "initial_options"),
}


def _initial(element: Json) -> Json:
    key, initial = _KEYS[element["type"]]
    empty: Any = [] if key == "selected_options" else None
    return {"type": element["type"], key: element.get(initial, empty)}


def _value(element: Json, value: Any) -> Json:
    key, _ = _KEYS[element["type"]]
    if element["type"] == "plain_text_input":
        if len(value) > element.get("max_length", 3000):
            raise CannotDo("the text is too long for the field")
    elif key == "selected_option":
        value = _option(element, value)
    elif key == "selected_options":
        value = [_option(element, one) for one in value]
    return {"type": element["type"], key: value}


def _option(element: Json, text: str) -> Json:
    for option in element["options"]:
        if text in (option["text"]["text"], option["value"]):
            return dict(option)
    raise CannotDo(f"there is no choice {text!r}")


def _empty(actions: Json) -> bool:
    held = next(iter(actions.values()))
    return not any(value for key, value in held.items() if key != "type")


def _pressed(element: Json) -> Json:
    action = {"type": "button", "action_id": element["action_id"], "text": element["text"]}
    if "value" in element:
        action["value"] = element["value"]
    return action


def _chosen(element: Json, option: Json) -> Json:
    return {"type": element["type"], "action_id": element["action_id"], "selected_option": option}


def _ok(answer: Json) -> Json:
    if not answer.get("ok"):
        raise CannotDo(answer.get("message") or str(answer.get("error")))
    return answer
