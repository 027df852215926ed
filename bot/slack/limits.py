"""Slack's limits that we meet, each with the page that states it."""

# Blocks: messages.
BLOCKS_PER_MESSAGE = 50
# Modals; App Home.
BLOCKS_PER_VIEW = 100
# Modals; views.push.
WINDOWS = 3
# Text object, @slack/types.
TEXT = 3000
# Section block.
SECTION_FIELDS = 10
SECTION_FIELD = 2000
# Header block.
HEADER = 150
# Context block.
CONTEXT_ELEMENTS = 10
# Actions block.
ACTION_ELEMENTS = 25
# Input block.
LABEL = 2000
HINT = 2000
PLACEHOLDER = 150
# Button element.
BUTTON_TEXT = 75
BUTTON_VALUE = 2000
# Option object.
OPTION_TEXT = 75
OPTION_VALUE = 150
# Confirmation dialog object.
CONFIRM_TITLE = 100
CONFIRM_TEXT = 300
CONFIRM_BUTTON = 30
# Modals.
VIEW_TITLE = 24
PRIVATE_METADATA = 3000
# chat.update.
MESSAGE_TEXT = 4000
# Plain-text input element.
INPUT_TEXT = 3000
