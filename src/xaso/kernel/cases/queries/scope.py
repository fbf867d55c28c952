"""Which cases a viewer may see: the view right of each kind of case, on any unit the case touches."""

from __future__ import annotations

from collections import defaultdict

from django.db.models import F, Q

from xaso.kernel.cases import registry
from xaso.kernel.cases.models import Case, CaseStep, Opinion
from xaso.kernel.people.viewer import Viewer

NOTHING = Q(pk__in=[])


def groups(viewer: Viewer) -> list[tuple[list[str], tuple[str, ...]]]:
    """Kinds of case with the subtrees where this viewer sees them; kinds with the same subtrees together."""
    found: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for declared in registry.case_types():
        paths = viewer.paths(declared.view_right)
        if paths:
            found[paths].append(declared.key)
    return [(keys, paths) for paths, keys in found.items()]


def held(viewer: Viewer, within: str = "") -> Q:
    """Cases that lie with a unit of the viewer, parallel work sent to such a unit included.

    ``within`` narrows to a subtree.
    """
    wanted = NOTHING
    for keys, paths in groups(viewer):
        wanted |= Q(type__in=keys) & _under("holder_path", _narrow(paths, within))
    parallel = _parallel_ids(viewer, within)
    return wanted | Q(pk__in=parallel) if parallel else wanted


def received(viewer: Viewer, within: str = "") -> Q:
    """Cases that were filed with a unit of the viewer."""
    wanted = NOTHING
    for keys, paths in groups(viewer):
        wanted |= Q(type__in=keys) & _under("received_path", _narrow(paths, within))
    return wanted


def touched(viewer: Viewer, within: str = "") -> Q:
    """Cases of the viewer's units: competent, holding, or where they were filed."""
    wanted = NOTHING
    for keys, paths in groups(viewer):
        paths = _narrow(paths, within)
        if "" in paths:
            wanted |= Q(type__in=keys)
            continue
        wanted |= Q(type__in=keys) & (
            _under("unit_path", paths)
            | (_under("received_path", paths) & ~Q(received_path=F("unit_path")))
            | (_under("holder_path", paths) & Q(closed_at__isnull=True))
        )
    return wanted


def sees(viewer: Viewer, case: Case) -> bool:
    """Whether the viewer may see this case."""
    if viewer.kind == "system":
        return True
    if viewer.kind == "citizen":
        return viewer.person_id is not None and case.subject_id == viewer.person_id
    try:
        right = registry.case_type(case.type).view_right
    except KeyError:
        return False
    if any(viewer.can(right, path) for path in (case.unit_path, case.holder_path, case.received_path)):
        return True
    if not viewer.can(right):
        return False
    if case.holder_id is not None and case.holder_id == viewer.account_id:
        return True
    steps = CaseStep.objects.filter(case=case).values_list("unit_path", flat=True)
    asked = Opinion.objects.filter(case=case).values_list("asked_path", flat=True)
    return any(viewer.can(right, path) for path in steps.union(asked))


def _parallel_ids(viewer: Viewer, within: str) -> list[object]:
    """Cases whose parallel work lies with the viewer's units; few, as only open rows count."""
    wanted = NOTHING
    for keys, paths in groups(viewer):
        paths = _narrow(paths, within)
        if "" not in paths:
            wanted |= Q(case__type__in=keys) & _under("unit_path", paths)
    if wanted == NOTHING:
        return []
    rows = CaseStep.objects.filter(wanted, ended_at__isnull=True, group__isnull=False)
    return list(rows.values_list("case_id", flat=True)[:500])


def _narrow(paths: tuple[str, ...], within: str) -> tuple[str, ...]:
    if not within:
        return paths
    if any(within.startswith(path) for path in paths):
        return (within,)
    return tuple(path for path in paths if path.startswith(within))


def _under(column: str, paths: tuple[str, ...]) -> Q:
    if "" in paths:
        return Q()
    wanted = NOTHING
    for path in paths:
        wanted |= Q(**{f"{column}__startswith": path})
    return wanted
