"""A Slack workspace on your own machine, for the demo, the tests and the screenshots. docs/sandbox.md describes it."""
