"""The structure of the package: which files import which, and what is loaded when.

The layers themselves are import contracts (``lint-imports``, in ``pyproject.toml``).
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections import defaultdict
from importlib.util import find_spec
from pathlib import Path

import networkx
import pytest

import nntui

PACKAGE = Path(nntui.__file__).parent
TIMEOUT = 120

posix = pytest.mark.skipif(os.name != "posix", reason="needs a pseudo-terminal")


def _module_name(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {_module_name(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def _imports(module: str) -> set[str]:
    """All that a module imports, anywhere in its text: for types and inside functions, too."""
    found = set()
    for node in ast.walk(ast.parse(MODULES[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.module is not None, f"{module}: write absolute imports"
            assert node.level == 0, f"{module}: write absolute imports"
            for alias in node.names:
                submodule = f"{node.module}.{alias.name}"
                found.add(submodule if submodule in MODULES else node.module)
    return found


@pytest.fixture(scope="module")
def imports() -> dict[str, set[str]]:
    """What each module imports."""
    return {module: _imports(module) for module in MODULES}


def test_no_modules_import_each_other_in_a_circle(imports):
    graph = networkx.DiGraph(
        (module, imported)
        for module, names in imports.items()
        for imported in names
        if imported in MODULES and imported != module
    )
    circles = [c for c in networkx.strongly_connected_components(graph) if len(c) > 1]
    assert not circles


def test_one_module_imports_plotext(imports):
    importers = defaultdict(set)
    for module, names in imports.items():
        for name in names:
            importers[name.split(".")[0]].add(module)
    assert importers["plotext"] | importers["textual_plotext"] == {"nntui.tui.panes.plot"}


def test_no_module_but_those_of_the_screen_loads_textual():
    """Whatever each of them imports as it is loaded, directly or not."""
    headless = [module for module in MODULES if not module.startswith("nntui.tui")]
    if not find_spec("numba"):
        headless.remove("nntui.engine.full_speed.tiles")  # is imported only where numba is
    code = (
        "import importlib, sys\n"
        f"for module in {headless!r}:\n"
        "    importlib.import_module(module)\n"
        "    assert not {'textual', 'plotext', 'textual_plotext'} & set(sys.modules), module\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=TIMEOUT, check=False
    )
    assert not done.returncode, done.stderr


MOST_BEFORE_THE_FIRST_PAINT = 30
"""Modules of nntui that may be loaded before ``nntui FILE`` paints."""

UNTIL_THE_FIRST_PAINT = """
import os, sys
from pathlib import Path
from nntui.cli import main
from nntui.tui.app import NntuiApp

def painted(app):
    if len(app.screen_stack) > 1:
        loaded = sorted(name for name in sys.modules if name.split(".")[0] == "nntui")
        Path(sys.argv[1]).write_text("\\n".join(loaded))
        os._exit(0)

NntuiApp.post_display_hook = painted
main(["xor"])
"""


@posix
def test_few_modules_are_loaded_before_the_first_paint(tmp_path):
    import pty

    ours, theirs = pty.openpty()
    environment = os.environ | {"HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path)}
    try:
        done = subprocess.run(
            [sys.executable, "-c", UNTIL_THE_FIRST_PAINT, str(tmp_path / "loaded")],
            stdin=theirs, stdout=theirs, stderr=theirs, env=environment,
            timeout=TIMEOUT, check=False,
        )  # fmt: skip
    finally:
        os.close(theirs)
        os.close(ours)
    assert done.returncode == 0
    loaded = (tmp_path / "loaded").read_text().split()
    assert len(loaded) <= MOST_BEFORE_THE_FIRST_PAINT, "\n".join(loaded)
