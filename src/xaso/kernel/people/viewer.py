"""Who is looking: the one value every action and query takes, and the one place where a right is answered."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from xaso.kernel.base.errors import Forbidden


@dataclass(frozen=True)
class Grant:
    """A role on a unit subtree; ``unit_path`` "" means everywhere. Delegated: whose, by which paper, how signed."""

    role: str
    unit_path: str
    rights: frozenset[str]
    on_behalf_of: UUID | None = None
    manner: str = ""
    document_number: str = ""


@dataclass(frozen=True)
class Viewer:
    """An anonymous visitor, a citizen, an officer, a machine client, or the system itself."""

    kind: str = "anonymous"
    account_id: UUID | None = None
    person_id: UUID | None = None
    name: str = ""
    title: str = ""
    unit_path: str = ""
    grants: tuple[Grant, ...] = ()
    proved_at: datetime | None = None  # when the one behind the session last proved who they are
    assurance: str = ""  # of citizens: how the person was proven (Identifier.Proof)

    @classmethod
    def system(cls) -> Viewer:
        """The product acting by itself: workers, listeners, scheduled jobs. Holds every right."""
        return cls(kind="system", name="Hệ thống")

    @property
    def is_officer(self) -> bool:
        return self.kind == "officer"

    @property
    def is_citizen(self) -> bool:
        return self.kind == "citizen"

    @property
    def is_known(self) -> bool:
        return self.kind != "anonymous"

    @property
    def own_account(self) -> UUID:
        """The account behind the viewer; raises Forbidden for who has none."""
        if self.account_id is None:
            raise Forbidden()
        return self.account_id

    def can(self, right: str, unit_path: str | None = None) -> bool:
        """Whether the right is held on this unit; with no unit, whether it is held anywhere."""
        if self.kind == "system":
            return True
        return any(
            right in grant.rights and (unit_path is None or unit_path.startswith(grant.unit_path))
            for grant in self.grants
        )

    def must(self, right: str, unit_path: str) -> None:
        """Raise ``Forbidden`` unless the right is held on this unit."""
        if not self.can(right, unit_path):
            raise Forbidden()

    def paths(self, right: str) -> tuple[str, ...]:
        """The subtrees where the right is held, without those inside another."""
        if self.kind == "system":
            return ("",)
        held = sorted({grant.unit_path for grant in self.grants if right in grant.rights})
        return tuple(p for p in held if not any(p != other and p.startswith(other) for other in held))

    def scope(self, right: str, *fields: str) -> Q:
        """A filter for rows whose unit lies where the right is held; any of the named fields will do."""
        wanted = Q(pk__in=[])
        for path in self.paths(right):
            if path == "":
                return Q()
            for name in fields or ("unit_path",):
                wanted |= Q(**{f"{name}__startswith": path})
        return wanted

    def delegation(self, right: str, unit_path: str) -> Grant | None:
        """The delegated grant by which alone the viewer holds a right on a unit; None when it is their own right."""
        held = [one for one in self.grants if right in one.rights and unit_path.startswith(one.unit_path)]
        return held[0] if held and all(one.on_behalf_of for one in held) else None

    def trace(self, right: str, unit_path: str) -> dict[str, str]:
        """What an event keeps when somebody acts by delegation: whose right, which paper. Empty otherwise."""
        grant = self.delegation(right, unit_path)
        if grant is None:
            return {}
        return {
            "on_behalf_of": str(grant.on_behalf_of),
            "manner": grant.manner,
            "document_number": grant.document_number,
        }

    def acting_in(self, unit_path: str) -> Viewer:
        """The same viewer, at work in another of their units."""
        return replace(self, unit_path=unit_path)


ANONYMOUS = Viewer()
