"""The repository of events: how they are made ready, written, found and read. Its doors are recording.py and rest/."""
