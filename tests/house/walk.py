"""What the house rules look at: our own source files, routes, models."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "xaso"
OURS = ("src/xaso", "tests", "tools", "bench")


def python_files(folder: Path = SOURCE) -> list[Path]:
    """Our Python files, migrations left out."""
    return [path for path in sorted(folder.rglob("*.py")) if "migrations" not in path.parts]


def all_our_files() -> list[Path]:
    """Our Python files wherever they lie: the product, its tests, its tools and its measurements."""
    return [path for folder in OURS for path in python_files(ROOT / folder)]


def product_files(folder: Path = SOURCE) -> list[Path]:
    """Python files that ship a behaviour: no tests."""
    return [path for path in python_files(folder) if "tests" not in path.parts]


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def service_folders() -> list[Path]:
    return sorted(p for p in (SOURCE / "services").iterdir() if (p / "service.py").exists())


def service_modules(folder: Path, *names: str) -> list[Path]:
    """The files of a part of a service, whether it is a file or has become a folder."""
    found: list[Path] = []
    for name in names:
        if (folder / f"{name}.py").exists():
            found.append(folder / f"{name}.py")
        if (folder / name).is_dir():
            found += product_files(folder / name)
    return found
