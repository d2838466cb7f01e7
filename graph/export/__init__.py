"""What leaves: tables as files that readers can read again."""
