"""The installed services: reads their manifests at start-up and hands each part to the kernel area it is for."""

from __future__ import annotations

import functools
import importlib
import importlib.util
import tomllib
from collections.abc import Iterator
from pathlib import Path

from django.apps import AppConfig, apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db.models.signals import post_migrate

from xaso.kernel import tasks
from xaso.kernel.base import ports
from xaso.kernel.base.manifest import Right, Rotatable, Service
from xaso.kernel.events import registry as events

KERNEL_AREAS = (
    "people",
    "units",
    "places",
    "sealing",
    "connectors",
    "messages",
    "documents",
    "speech",
    "cases",
    "indicators",
    "access",
    "events",
)


def _manifest(module_name: str) -> Service:
    module = importlib.import_module(module_name)
    found = getattr(module, "SERVICE", None)
    if not isinstance(found, Service):
        raise ImproperlyConfigured(f"{module_name} phải có SERVICE = Service(...).")
    return found


@functools.cache
def services() -> tuple[Service, ...]:
    """The installed services, in the order of the settings."""
    return tuple(_manifest(f"xaso.services.{key}.service") for key in settings.XASO_SERVICES)


@functools.cache
def areas() -> tuple[Service, ...]:
    """Kernel areas that have pages, rights or jobs of their own register by the same manifest."""
    found = []
    for key in KERNEL_AREAS:
        if importlib.util.find_spec(f"xaso.kernel.{key}.manifest") is not None:
            found.append(_manifest(f"xaso.kernel.{key}.manifest"))
    return tuple(found)


def everything() -> Iterator[Service]:
    """Kernel areas first, then services."""
    yield from areas()
    yield from services()


def all_rights() -> list[Right]:
    """Every right known to the installed product."""
    return [right for part in everything() for right in part.rights]


def rotatable_keys() -> dict[str, Rotatable]:
    """Every key that can be replaced while the product runs, by name."""
    return {key.name: key for part in everything() for key in part.keys}


def is_on(service_key: str, unit_path: str) -> bool:
    """Whether a service is on for a unit: the nearest switch upwards decides, on when there is none."""
    from xaso.kernel.people.switches import switched_off

    return not switched_off(service_key, unit_path)


def _connect(part: Service) -> None:
    for event_name, listeners in part.listens.items():
        for listener in listeners if isinstance(listeners, tuple) else (listeners,):
            events.listen(event_name, f"{part.key}:{listener.__name__}", listener)
    for event_name, sentence in part.announces.items():
        events.announce(event_name, sentence)
    from xaso.kernel.base import rotation

    for digests in part.digests:
        rotation.register_digests(digests)
    for files in part.sealed_files:
        rotation.register_files(files)
    for job in part.tasks:
        if job.schedule:
            tasks.schedule(job.name, job.run, job.schedule)
        elif job.name not in tasks.declared():
            tasks.task(job.name)(job.run)
    _connect_upper(part)


def _connect_upper(part: Service) -> None:
    from xaso.kernel.cases import registry as cases
    from xaso.kernel.indicators import registry as indicators
    from xaso.kernel.people import machines

    for right in part.rights:
        if not right.roles:
            machines.offer_scope(right.code, right.label)
    for case_type in part.cases:
        cases.register(case_type)
    for indicator in part.indicators:
        indicators.register(indicator)
    for name, finder in part.finders.items():
        ports.offer_finder(name, part.key, finder)
    for panel in part.case_panels:
        ports.offer_case_panel(part.key, panel)


def load() -> None:
    """Read all manifests; an error in one stops the start with a sentence that names it."""
    for part in everything():
        _connect(part)


class KernelConfig(AppConfig):
    """Comes last in INSTALLED_APPS: every model is loaded when it reads the manifests."""

    name = "xaso.kernel"
    label = "kernel"

    def ready(self) -> None:
        load()
        post_migrate.connect(_seed, sender=apps.get_app_config("people"))
        post_migrate.connect(_seed_messages, sender=apps.get_app_config("messages"))


def _seed(**_: object) -> None:
    """Default roles and rights are rows: put in after each migrate, changed rows stay."""
    from xaso.kernel.people.actions import seed_roles
    from xaso.kernel.people.consents import seed_purposes
    from xaso.kernel.people.manifest import ROLES

    seed_roles(ROLES, [(right.code, right.roles) for right in all_rights()])
    shipped = Path(__file__).parent / "people" / "data" / "purposes.toml"
    seed_purposes(tomllib.loads(shipped.read_text(encoding="utf-8"))["purpose"])


def _seed_messages(**_: object) -> None:
    """Templates of messages are rows in versions: a changed file makes a new version."""
    from xaso.kernel.messages.mass_rows import seed_mass_rows
    from xaso.kernel.messages.seeding import seed_quiet_hours, seed_templates

    seed_quiet_hours()
    seed_mass_rows()
    for part in everything():
        if part.message_templates:
            seed_templates(part.key, _folder(part) / part.message_templates)


def _folder(part: Service) -> Path:
    """Where a service or kernel area keeps its files."""
    above = "kernel" if part in areas() else "services"
    return Path(__file__).resolve().parent.parent / above / part.key
