"""Languages: those that the bot speaks, and which of them a person reads. Pure."""

LANGUAGES = ("nl", "en")
# Slack has no Dutch, so that its locale says nothing of people who read it. Their time zone does. The list of locales,
# as recorded: https://github.com/slackapi/node-slack-sdk/blob/main/packages/web-api/src/types/response/RtmStartResponse.ts
LANGUAGE_OF_ZONE = {
    "Europe/Amsterdam": "nl",
    "Europe/Brussels": "nl",
    "America/Paramaribo": "nl",
}


def language_of_locale(locale: str | None) -> str | None:
    """The language that a Slack locale such as "de-DE" tells; None for one that we don't speak, and for English.

    Many people keep Slack in English who read another language, so English tells nothing.
    """
    language = (locale or "").replace("_", "-").split("-")[0].lower()
    return language if language in LANGUAGES and language != "en" else None


def reader_language(
    *, chosen: str | None, group: str | None, locale: str | None, zone: str | None, default: str
) -> str:
    """The language that a person reads: chosen, else their group's, else by Slack's locale, else by the zone.

    `group`: of the first group that they joined. `zone`: only one that Slack has named.
    """
    order = (chosen, group, language_of_locale(locale), LANGUAGE_OF_ZONE.get(zone or ""))
    return next((language for language in order if language in LANGUAGES), default)
