"""The ways out: one contract, three adapters. Each tells a passing failure from a hopeless one."""

from __future__ import annotations

import re
import smtplib
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import make_msgid
from typing import ClassVar
from urllib.parse import urlencode
from uuid import UUID

import phonenumbers
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.template.loader import render_to_string

from xaso.kernel.connectors.errors import OutsideError, OutsideUnavailable
from xaso.kernel.connectors.sms import sms
from xaso.kernel.connectors.transport import Asked
from xaso.kernel.connectors.zalo import zalo
from xaso.kernel.plain.sms import sms_size


@dataclass(frozen=True)
class Outgoing:
    """A filled message on its way to one address."""

    dispatch_id: UUID
    address: str
    name: str
    subject: str
    body: str
    sms: str
    zalo_template: str
    zalo_data: Mapping[str, str]
    link: str = ""
    stop_link: str = ""
    asked: Asked = field(default_factory=Asked)


@dataclass(frozen=True)
class Accepted:
    """The provider took it. ``parts``: text messages used."""

    provider_id: str
    parts: int = 0


class SendError(Exception):
    """It did not go out. ``passing``: try again later. ``unsure``: it may have gone out after all."""

    def __init__(self, message: str, *, code: str = "", passing: bool = False, unsure: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.passing = passing
        self.unsure = unsure


class Way(ABC):
    """A channel."""

    key: ClassVar[str]

    @abstractmethod
    def address(self, contact: Mapping[str, str]) -> str:
        """The address for this channel, in the form the provider wants; empty when there is none."""

    @abstractmethod
    def send(self, outgoing: Outgoing) -> Accepted:
        """Hand over; raises SendError."""


# Mailings ask for a hundred thousand of them: what is written plainly need not be parsed.
_PLAIN_MOBILE = re.compile(r"(?:0|\+?84)([35789][0-9]{8})")


def _outside(error: OutsideError) -> SendError:
    return SendError(error.message, code=error.code, passing=error.retryable)


def phone_digits(text: str) -> str:
    """A Vietnamese mobile number as 84…; empty when it is none."""
    plain = _PLAIN_MOBILE.fullmatch(text)
    if plain:
        return f"84{plain.group(1)}"
    try:
        number = phonenumbers.parse(text, "VN")
    except phonenumbers.NumberParseException:
        return ""
    digits = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164).lstrip("+")
    # Length and prefix only: the library's list of ranges in use lags behind the operators.
    return digits if number.country_code == 84 and len(digits) == 11 and digits[2] in "35789" else ""


class SmsWay(Way):
    """Text message through the gateway; a repeat with the same dispatch sends nothing twice."""

    key = "sms"

    def address(self, contact: Mapping[str, str]) -> str:
        digits = phone_digits(contact.get("phone", ""))
        return f"0{digits[2:]}" if digits else ""

    def send(self, outgoing: Outgoing) -> Accepted:
        identifier = str(outgoing.dispatch_id)
        query = urlencode({"d": identifier, "k": sms().callback_key(identifier)})
        try:
            sent = sms().send_text(
                outgoing.asked,
                phone=outgoing.address,
                text=outgoing.sms,
                message_id=identifier,
                callback=f"{settings.XASO_BASE_URL}/hooks/sms?{query}",
            )
        except OutsideError as error:
            raise _outside(error) from error
        return Accepted(sent.sms_id, sms_size(outgoing.sms).parts)


class ZaloWay(Way):
    """Template message of the official account. Zalo knows no repeat, so a lost answer leaves us unsure."""

    key = "zalo"

    def address(self, contact: Mapping[str, str]) -> str:
        return phone_digits(contact.get("phone", ""))

    def send(self, outgoing: Outgoing) -> Accepted:
        try:
            identifier = zalo().send_template(
                outgoing.asked,
                phone=outgoing.address,
                template_id=outgoing.zalo_template,
                data=outgoing.zalo_data,
                message_id=str(outgoing.dispatch_id),
            )
        except OutsideUnavailable as error:
            raise SendError(
                error.message, code=error.code, passing=True, unsure=_may_have_gone(error.code)
            ) from error
        except OutsideError as error:
            raise _outside(error) from error
        return Accepted(identifier)


def _may_have_gone(code: str) -> bool:
    """A refused connection or an open breaker sent nothing; a lost answer may have."""
    return code not in ("breaker", "connecterror", "429")


class EmailWay(Way):
    """E-mail over SMTP, plain text with an HTML twin."""

    key = "email"

    def address(self, contact: Mapping[str, str]) -> str:
        text = contact.get("email", "").strip()
        name, at, domain = text.rpartition("@")
        return text if at and name and "." in domain and not set(text) & set(' \r\n,;<>"') else ""

    def send(self, outgoing: Outgoing) -> Accepted:
        context = {
            "mail": outgoing,
            "paragraphs": [part for part in outgoing.body.split("\n\n") if part.strip()],
        }
        message_id = f"<{outgoing.dispatch_id}@{_domain()}>" if _domain() else make_msgid()
        headers = {"Message-ID": message_id, "Auto-Submitted": "auto-generated"}
        if outgoing.stop_link:
            headers["List-Unsubscribe"] = f"<{outgoing.stop_link}>"
        mail = EmailMultiAlternatives(
            subject=outgoing.subject,
            body=render_to_string("messages/mail.txt", context),
            from_email=settings.DEFAULT_FROM_EMAIL,
            to=[outgoing.address],
            headers=headers,
        )
        mail.attach_alternative(render_to_string("messages/mail.html", context), "text/html")
        try:
            mail.send()
        except smtplib.SMTPRecipientsRefused as error:
            code = next((value[0] for value in error.recipients.values()), 550)
            raise SendError(
                "Máy chủ thư không nhận địa chỉ này.", code=str(code), passing=400 <= code < 500
            ) from error
        except smtplib.SMTPResponseException as error:
            text = "Máy chủ thư từ chối thư này."
            raise SendError(text, code=str(error.smtp_code), passing=400 <= error.smtp_code < 500) from error
        except (OSError, smtplib.SMTPException) as error:
            raise SendError(
                "Không nối được tới máy chủ thư.", code=type(error).__name__, passing=True
            ) from error
        return Accepted(message_id.strip("<>"))


def _domain() -> str:
    return str(settings.DEFAULT_FROM_EMAIL).rpartition("@")[2].strip("> ")


WAYS: dict[str, Way] = {way.key: way for way in (ZaloWay(), SmsWay(), EmailWay())}


def mail_health() -> tuple[bool, str]:
    """Whether the mail server of the settings takes a connection."""
    connection = get_connection()
    try:
        connection.open()
        connection.close()
    except (OSError, smtplib.SMTPException):
        return False, "Không nối được tới máy chủ thư. Kiểm tra XASO_SMTP_HOST và XASO_SMTP_PORT."
    return True, "Máy chủ thư nhận kết nối."
