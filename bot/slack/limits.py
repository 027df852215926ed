"""Slack's limits that matter to the bot, each with the page that states it."""

# https://docs.slack.dev/reference/block-kit/blocks
BLOCKS_PER_MESSAGE = 50
# https://docs.slack.dev/surfaces/modals https://docs.slack.dev/surfaces/app-home
BLOCKS_PER_VIEW = 100
# https://docs.slack.dev/reference/methods/views.push
WINDOWS = 3
# https://docs.slack.dev/reference/block-kit/composition-objects/text-object
TEXT = 3000
# https://docs.slack.dev/reference/block-kit/blocks/section-block
SECTION_FIELDS = 10
SECTION_FIELD = 2000
# https://docs.slack.dev/reference/block-kit/blocks/header-block
HEADER = 150
# https://docs.slack.dev/reference/block-kit/blocks/context-block
CONTEXT_ELEMENTS = 10
# https://docs.slack.dev/reference/block-kit/blocks/actions-block
ACTION_ELEMENTS = 25
# https://docs.slack.dev/reference/block-kit/blocks/input-block
LABEL = 2000
HINT = 2000
PLACEHOLDER = 150
# https://docs.slack.dev/reference/block-kit/block-elements/button-element
BUTTON_TEXT = 75
BUTTON_VALUE = 2000
# https://docs.slack.dev/reference/block-kit/composition-objects/option-object
OPTION_TEXT = 75
OPTION_VALUE = 150
# https://docs.slack.dev/reference/block-kit/composition-objects/confirmation-dialog-object
CONFIRM_TITLE = 100
CONFIRM_TEXT = 300
CONFIRM_BUTTON = 30
# https://docs.slack.dev/reference/views
VIEW_TITLE = 24
PRIVATE_METADATA = 3000
# https://docs.slack.dev/reference/methods/chat.update
MESSAGE_TEXT = 4000
# https://docs.slack.dev/reference/block-kit/block-elements/plain-text-input-element
INPUT_TEXT = 3000
