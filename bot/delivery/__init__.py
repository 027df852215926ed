"""Everything that goes to Slack: written down first, sent after the commit, in order, at Slack's pace."""
