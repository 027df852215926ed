"""The soak: whole sessions at full speed while processes are killed and Slack misbehaves; then everything is counted."""
