"""A file in the three steps that Slack wants, and what is refused on the way."""

import pytest
from slack_sdk.errors import SlackApiError

from sandbox.client import Client
from sandbox.people import CannotDo, Team
from sandbox.server import Sandbox
from tests.sandbox.conftest import client_of

CONTENT = b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"


async def test_the_sdk_s_own_upload_stands_in_the_conversation_and_can_be_opened(sandbox: Sandbox) -> None:
    await client_of(sandbox).files_upload_v2(
        channel="C0OOST", filename="bijeenkomst.ics", title="Voor in je agenda", content=CONTENT
    )
    async with Team(sandbox.url) as team:
        anna = team.person("U0ANNA")
        [file] = await anna.files("C0OOST")
        assert (file["title"], file["name"]) == ("Voor in je agenda", "bijeenkomst.ics")
        assert await anna.open_file(file) == CONTENT


async def test_a_private_file_is_for_its_reader_alone(sandbox: Sandbox) -> None:
    client = client_of(sandbox)
    place = (await client.conversations_open(users="U0ANNA"))["channel"]["id"]
    await client.files_upload_v2(channel=place, filename="reflectie.txt", content=b"van mij")
    async with Team(sandbox.url) as team:
        [file] = await team.person("U0ANNA").files(place)
        with pytest.raises(CannotDo):
            await team.person("U0BRAM").open_file(file)


async def test_the_length_must_match_and_a_file_that_was_not_brought_cannot_be_finished(
    sandbox: Sandbox,
) -> None:
    client = client_of(sandbox)
    begun = await client.files_getUploadURLExternal(filename="a.ics", length=5)
    async with Client() as http:
        assert (await http.post(begun["upload_url"], content=b"1234")).status_code == 400
        await _refused(
            client.files_completeUploadExternal(files=[{"id": begun["file_id"]}]), "file_not_found"
        )
        assert (await http.post(begun["upload_url"], content=b"12345")).status_code == 200
        await client.files_completeUploadExternal(files=[{"id": begun["file_id"]}], channel_id="C0OOST")
        await _refused(
            client.files_completeUploadExternal(files=[{"id": begun["file_id"]}]), "file_not_found"
        )
        assert (await http.post(begun["upload_url"], content=b"12345")).status_code == 404


async def test_a_place_that_is_not_ours_is_refused_and_the_file_can_go_elsewhere(sandbox: Sandbox) -> None:
    client = client_of(sandbox)
    begun = await client.files_getUploadURLExternal(filename="a.ics", length=1)
    async with Client() as http:
        await http.post(begun["upload_url"], content=b"1")
    files = [{"id": begun["file_id"]}]
    await _refused(
        client.files_completeUploadExternal(files=files, channel_id="C0ALGEMEEN"), "not_in_channel"
    )
    assert (await client.files_completeUploadExternal(files=files, channel_id="C0OOST"))["ok"]


async def test_without_the_scope_no_file(poor: Sandbox) -> None:
    await _refused(client_of(poor).files_getUploadURLExternal(filename="a.ics", length=1), "missing_scope")


async def _refused(call: object, code: str) -> None:
    with pytest.raises(SlackApiError) as refused:
        await call  # type: ignore[misc]
    assert refused.value.response["error"] == code
