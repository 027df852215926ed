"""References that the buttons and forms of this room carry."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ChannelRef:
    channel: str


@dataclass(frozen=True)
class GroupRef:
    group: str


@dataclass(frozen=True)
class SettingsRef:
    """A form with settings. `theme`: one of `forms.THEMES`."""

    group: str
    theme: str
    # The checksum of the settings when the form was drawn (`rules.stamp`); 0 for a button.
    seen: int = 0


@dataclass(frozen=True)
class KeepingRef:
    """A shorter retention that is to be confirmed, in days."""

    group: str
    days: int
