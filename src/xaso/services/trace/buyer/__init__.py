"""The page behind the QR code: what it tells, how it is drawn and kept, and how it is answered fast."""
