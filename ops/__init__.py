"""The operator's commands, what trims an artifact and what writes documents; never shipped."""
