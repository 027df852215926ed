"""Files, in the three steps that Slack wants: announce, bring, finish.

https://docs.slack.dev/messaging/working-with-files
https://docs.slack.dev/reference/methods/files.getUploadURLExternal
https://docs.slack.dev/reference/methods/files.completeUploadExternal
"""

import json
import secrets
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from sandbox.api.methods import Arguments, check_thread, method, place_to_post
from sandbox.workspace.model import BOT_ID, BOT_USER, File, Message, Refusal
from sandbox.workspace.state import Workspace

ALT_TEXT = 1_000


@method("files.getUploadURLExternal", "files:write")
def get_upload_url(ws: Workspace, args: Arguments) -> dict[str, Any]:
    name = str(args.get("filename") or "")
    if not name or not str(args.get("length") or "").isdigit() or int(args["length"]) < 1:
        raise Refusal("invalid_arguments", "filename and length are required")
    if len(str(args.get("alt_txt") or "")) > ALT_TEXT:
        raise Refusal("alt_txt_too_large")
    file = File("F" + secrets.token_hex(5).upper(), name, int(args["length"]), secrets.token_urlsafe(24))
    ws.files[file.id] = file
    return {"upload_url": f"{ws.url}/upload/{file.token}", "file_id": file.id}


async def bring(ws: Workspace, request: Request) -> Response:
    """The upload itself, as raw bytes. Anything but 200 is a failure."""
    token = request.path_params["token"]
    file = next((one for one in ws.files.values() if one.token == token and not one.finished), None)
    if file is None:
        ws.note("api", "upload", "unknown address", refused=True)
        return PlainTextResponse("unknown upload", 404)
    if request.headers.get("content-type", "").startswith("multipart/"):
        # Slack takes a form too; this stand-in takes what the SDK sends.
        ws.note("api", "upload", "a form instead of raw bytes", refused=True)
        return PlainTextResponse("raw bytes only", 415)
    content = await request.body()
    if len(content) != file.length:
        ws.note("api", "upload", f"length {len(content)} instead of {file.length}", refused=True)
        return PlainTextResponse("length does not match", 400)
    file.content, file.brought = content, True
    ws.note("api", "upload", "ok")
    return PlainTextResponse(f"OK - {len(content)}")


@method("files.completeUploadExternal", "files:write")
def complete_upload(ws: Workspace, args: Arguments) -> dict[str, Any]:
    asked = args.get("files")
    asked = json.loads(asked) if isinstance(asked, str) else asked
    if not asked or not all(isinstance(one, dict) and one.get("id") for one in asked):
        raise Refusal("invalid_arguments", "files must be a list of objects with an id")
    found = []
    for one in asked:
        file = ws.files.get(str(one["id"]))
        # It can only be called once. https://docs.slack.dev/reference/methods/files.completeUploadExternal
        if file is None or not file.brought or file.finished:
            raise Refusal("file_not_found")
        found.append((file, str(one.get("title") or file.name)))
    place = args.get("channel_id") or args.get("channels")
    channel = place_to_post(ws, str(place)) if place else None
    thread_ts = check_thread(ws, channel, args.get("thread_ts")) if channel else None
    for file, title in found:
        file.title, file.finished = title, True
    if channel is not None:
        text = str(args.get("initial_comment") or "")
        files = [as_file(ws, file) for file, _ in found]
        ws.add(
            Message(
                ws.clock.ts(),
                channel.id,
                BOT_USER,
                text,
                thread_ts=thread_ts,
                bot_id=BOT_ID,
                files=files,
            )
        )
    return {"files": [{"id": file.id, "title": title} for file, title in found]}


@method("files.delete", "files:write")
def delete_file(ws: Workspace, args: Arguments) -> dict[str, Any]:
    """Deletes a file, and the messages that are nothing without it. https://docs.slack.dev/reference/methods/files.delete"""
    file = ws.files.pop(str(args.get("file") or ""), None)
    if file is None:
        raise Refusal("file_not_found")
    for message in [one for standing in ws.messages.values() for one in standing]:
        kept = [one for one in message.files if one["id"] != file.id]
        if kept != message.files:
            message.files = kept
            if not message.text and not kept:
                ws.remove(message)
    return {}


def as_file(ws: Workspace, file: File) -> dict[str, Any]:
    """A file as it hangs on a message; the page opens it at `url_private`.

    https://docs.slack.dev/reference/objects/file-object
    """
    return {
        "id": file.id,
        "name": file.name,
        "title": file.title,
        "size": file.length,
        "url_private": f"{ws.url}/ui/file/{file.id}",
    }
