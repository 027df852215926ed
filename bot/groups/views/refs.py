"""What buttons and forms of this room carry."""

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
    # What stood in the form when it was drawn (`rules.stamp`); 0 for a button.
    seen: int = 0


@dataclass(frozen=True)
class KeepingRef:
    """A shorter time that is to be confirmed, in days."""

    group: str
    days: int
