"""The program in the loudspeaker: holds days of audio, plays by its own clock, obeys signed commands only.

Runs on a small box (Python 3.11, ``cryptography``, ``paho-mqtt``); ``python -m xaso.player --help``. It knows
nothing of the rest of the product but the pure protocol ``xaso.kernel.plain.horn``.
"""

FIRMWARE = "xaso-player 1.0"
