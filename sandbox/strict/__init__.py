"""What Slack refuses, with the page that says so."""
