"""The commands. Each imports what it needs when it runs, so that ``--help`` and the headless ones start fast."""
