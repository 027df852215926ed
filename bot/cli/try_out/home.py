"""The Home tab: published with one line, and put back as the bot shows it."""

from datetime import UTC, datetime
from typing import Any

from slack_sdk import WebClient
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.cli.database import engine_for
from bot.cli.try_out.cleanup import Cleanup
from bot.cli.try_out.findings import Findings
from bot.home.service import home_view
from bot.settings import Settings
from bot.slack.blocks import section
from bot.storage import Keyring, Tx, Workspace, use_keyring

LINE = "Intervisie tries out this workspace. Your own tab comes back by itself."


class HomeTab:
    """The tab of one person in one workspace."""

    def __init__(self, client: WebClient, settings: Settings, team: str) -> None:
        self._client = client
        self._settings = settings
        self._workspace = Workspace(team)

    def try_it(self, findings: Findings, cleanup: Cleanup, person: str) -> None:
        """Publish a line. Without the old tab nothing is published, because it could not be put back."""
        use_keyring(Keyring(self._settings.secret_keys))
        try:
            self._view(person)
        except SQLAlchemyError:
            findings.skipped.append("views.publish: the database can't be read; run `intervisie doctor`")
            return
        cleanup.later("the Home tab (opening it again puts it right)", lambda: self._put_back(person))
        line = {"type": "home", "blocks": [section(LINE)]}
        published = findings.call(
            "views.publish", lambda: self._client.views_publish(user_id=person, view=line)
        )
        if published is not None:
            view = published.get("view", {})
            findings.same("views.publish view.type", "home", view.get("type"))
            findings.shaped("views.publish view.id", "V.+", view.get("id"))

    def _put_back(self, person: str) -> None:
        self._client.views_publish(user_id=person, view=self._view(person))

    def _view(self, person: str) -> dict[str, Any]:
        engine = engine_for(self._settings.database_url)
        try:
            with Session(engine) as sql:
                return home_view(Tx(sql, datetime.now(UTC), read_only=True).of(self._workspace), person)
        finally:
            engine.dispose()
