"""A mail server that keeps what it is given: enough of SMTP for a sender, nothing is passed on."""

from __future__ import annotations

import email
import email.policy
import socketserver
from typing import cast

from xaso.simulators.web import Answer, Request, Routes, as_json
from xaso.simulators.world import World

routes = Routes()
MAX_MAIL = 15 * 1024 * 1024


class MailServer(socketserver.ThreadingTCPServer):
    """Listens for SMTP; addresses at ``tu-choi.example`` are refused, ``loi.example`` fails for now."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, address: tuple[str, int], world: World) -> None:
        self.world = world
        super().__init__(address, _Session)


class _Session(socketserver.StreamRequestHandler):
    timeout = 30

    def handle(self) -> None:
        self._say("220 mo-phong ESMTP")
        receivers: list[str] = []
        while line := self.rfile.readline(2000):
            verb, _, rest = line.decode("utf-8", "replace").strip().partition(" ")
            match verb.upper():
                case "EHLO":
                    self._say("250-mo-phong\r\n250-SMTPUTF8\r\n250 8BITMIME")
                case "HELO" | "NOOP" | "MAIL":
                    self._say("250 ok")
                case "RSET":
                    receivers.clear()
                    self._say("250 ok")
                case "RCPT":
                    self._receiver(rest, receivers)
                case "DATA":
                    self._data(receivers)
                    receivers = []
                case "QUIT":
                    self._say("221 bye")
                    return
                case _:
                    self._say("502 not implemented")

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())

    def _receiver(self, rest: str, receivers: list[str]) -> None:
        address = rest.partition(":")[2].strip().split(" ")[0].strip("<>")
        if address.endswith("@tu-choi.example"):
            self._say("550 5.1.1 no such user")
        elif address.endswith("@loi.example"):
            self._say("451 4.3.0 try again later")
        else:
            receivers.append(address)
            self._say("250 ok")

    def _data(self, receivers: list[str]) -> None:
        if not receivers:
            self._say("503 no receivers")
            return
        self._say("354 go on")
        content = bytearray()
        while (line := self.rfile.readline()) not in (b"", b".\r\n"):
            content += line[1:] if line.startswith(b"..") else line
            if len(content) > MAX_MAIL:
                self._say("552 too long")
                return
        self._keep(bytes(content), receivers)
        self._say("250 kept")

    def _keep(self, content: bytes, receivers: list[str]) -> None:
        message = email.message_from_bytes(content, policy=email.policy.default)
        part = message.get_body(("plain", "html"))
        world = cast(MailServer, self.server).world
        world.note(
            "mail",
            {
                "to": receivers,
                "subject": str(message.get("Subject", "")),
                "text": str(part.get_content()).replace("\r\n", "\n") if part else "",
                "files": [file.get_filename() or "" for file in message.iter_attachments()],
            },
        )


@routes.on("GET", "/mail/outbox")
def outbox(world: World, request: Request) -> Answer:
    """What was received, newest first (tests)."""
    return as_json(world.rows("mail")[::-1])
