"""Texts that a terminal would obey are sent through every door there is; none comes out as itself.

In come documents, CSV files, file names, commands, pasted text, preferences, key maps and sessions.
Out go the streams of every command, JSON, SVG, Markdown, the screen and every file that is written.
"""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner
from support.pilot import until
from textual.events import Paste

import nntui
from nntui.cli import main
from nntui.debugger.queries.transcript import transcript
from nntui.text import harmless
from nntui.tui.app import NntuiApp
from nntui.tui.dialogs.fault import FaultScreen
from nntui.tui.dialogs.picker import PickerScreen
from nntui.tui.panes.pane import NAMES
from nntui.tui.stepping.screen import SteppingScreen
from nntui.tui.user_files import remember

ESCAPES = "\x1b]0;owned\x07\x1b[31m"
C1 = "\x9d0;owned\x9c\x9b31m"
BIDI = "\u202eevil\u2066"
LINES = "a\u2028b\u2029c\x85d\x0be"
OTHER = "\x7f\u200b\ufeff\U000e0041\ue000"
MARKUP = "[red]<b>``&"
WRITABLE = ESCAPES + C1 + BIDI + LINES + OTHER + MARKUP
"""What can stand in a file in UTF-8."""
ALLOWED = "\u2028a\u2029\u200b\ufeff\U000e0041\ue000\u200e\u061c" + MARKUP
"""What can stand in a document's name and description, which take no control characters."""
SURROGATE = "\udc9b\ud800"
EVERY = WRITABLE + SURROGATE


def assert_harmless(text: str) -> None:
    bad = sorted({f"U+{ord(c):04X}" for c in text if c != "\n" and harmless(c) != c})
    assert not bad, (bad, text[:2000])
    text.encode()  # strictly


def content(**changes):
    return {
        "format": "nntui/1",
        "name": f"XOR {ALLOWED}",
        "description": f"About **{ALLOWED}**\n\n{ALLOWED} again",
        "network": {
            "neurons": [
                {"name": "x``<i>", "role": "input"},
                {"name": "h &|", "activation": "tanh"},
                {"name": "y", "role": "output"},
            ],
            "connections": [
                {"source": "x``<i>", "target": "h &|"},
                {"source": "h &|", "target": "y"},
            ],
        },
        "data": {"inputs": [[0], [1]], "targets": [[0], [1]]},
        "training": {"epochs": 3},
        **changes,
    }


def session():
    """A section ``debugger`` that is hostile wherever a text can stand."""
    quoted = json.dumps(WRITABLE, ensure_ascii=False)
    commands = [f"break y if loss < 1 log {quoted}", f"break y # {WRITABLE}", WRITABLE]
    return {
        "version": 1,
        "breakpoints": [
            *({"command": command, "number": n} for n, command in enumerate(commands, 1)),
            {WRITABLE: WRITABLE},
        ],
        "displays": [
            {"number": n, "expression": text}
            for n, text in enumerate(["loss", WRITABLE, f"a[{quoted}]", WRITABLE * 9], 1)
        ],
        "bookmarks": [
            {"name": name, "position": 3, "branch": branch}
            for name, branch in ((WRITABLE, "main"), ("here", WRITABLE), ("there", "main"))
        ],
        "branches": [
            {
                "name": name, "parent": "main", "current": False,
                "edits": [{"position": 2, "target": target, "value": 1.0}],
            }
            for name, target in ((WRITABLE, "b[y]"), ("branch-1", WRITABLE))
        ],
    }  # fmt: skip


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder with a hostile name, which is the current one; state and configuration in it."""
    folder = tmp_path / f"in {ESCAPES.replace('/', '')}{C1}{BIDI}"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setattr("nntui.document.user_state.user_state_path", lambda name: folder / "state")
    monkeypatch.setattr("nntui.tui.keymap.user_config_path", lambda name: folder)
    return folder


@pytest.fixture
def write(place):
    """Write a document with a hostile name."""

    def write(**changes):
        path = place / f"{ESCAPES}{C1}{BIDI}.json"
        path.write_text(json.dumps(content(**changes), ensure_ascii=False), "utf-8")
        return path

    return write


@pytest.fixture
def nntui_says(place):
    """Run a command; both its streams are harmless. Return what it printed."""

    def says(*words):
        result = CliRunner().invoke(main, [str(word) for word in words], prog_name="nntui")
        assert isinstance(result.exception, SystemExit | None), result.exception
        assert_harmless(result.stdout)
        assert_harmless(result.stderr)
        return result

    return says


def written_files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_commands_print_in_one_place():
    folder = Path(nntui.__file__).parent / "cli"
    others = [file for file in folder.glob("*.py") if file.name not in ("tables.py", "endings.py")]
    assert [file.name for file in others if "click.echo(" in file.read_text("utf-8")] == []


def test_no_command_prints_it(nntui_says, write, place):
    path = write(debugger=session())
    out = place / f"out{C1}"
    for words in (
        ["show", path], ["show", path, "--step", "7"], ["show", path, "--svg", f"{out}.svg"],
        ["trace", path, "--to", "20"], ["trace", path, "--to", "20", "--format", "jsonl"],
        ["trace", path, "--to", "20", "--format", "csv"], ["run", path], ["run", path, "--json"],
        ["run", path, "--save", f"{out}.json"], ["check", path], ["check", path, "--json"],
        ["run", path, "--until", EVERY], ["show", f"{path}{EVERY}"], ["help", EVERY],
        [EVERY], ["show", path, f"--{EVERY}"], ["trace", path, "--to", EVERY],
        ["exec", path, "-x", EVERY], ["show", path, "--view", EVERY],
    ):  # fmt: skip
        nntui_says(*words)
    ElementTree.parse(f"{out}.svg")
    assert_harmless(Path(f"{out}.svg").read_text("utf-8"))
    assert_harmless(Path(f"{out}.json").read_text("utf-8"))
    assert nntui.load(f"{out}.json").name == content()["name"]


def commands(text):
    quoted = json.dumps(text, ensure_ascii=False)
    words = (
        "{}", "print {}", "break {}", "break y if {}", "watch {}", "display {}", "set {} 1",
        "set b[y] {}", "bookmark {}", "goto {}", "branch {}", "why {}", "help {}", "until {}",
        "delete {}", "ignore 1 {}", "info {}", "history {}", "find {}", "last-write {}",
    )  # fmt: skip
    in_quotes = ("print w[{},y]", "display a[{}]", "break y log {}", "paths {} y", "break {}")
    yield from (word.format(text) for word in words)
    yield from (word.format(each) for word in in_quotes for each in (quoted, json.dumps(text)))
    yield f"watch loss log {json.dumps(text.replace(SURROGATE, ''))}"


@pytest.mark.parametrize("how", ["plain", "json", "script"])
def test_no_reply_to_a_command_holds_it(nntui_says, write, place, how):
    path, script = write(debugger=session()), place / "script.txt"
    for command in (*commands(WRITABLE), *commands(EVERY), "info displays", "info bookmarks"):
        words = ["-c", command, "-c", "info breakpoints", "-c", "continue"]
        if how == "script":
            script.write_bytes(f"{command}\ninfo breakpoints\n".encode("utf-8", "surrogatepass"))
            words = ["-x", script]
        result = nntui_says("exec", path, *words, *(["--json"] if how == "json" else []))
        for line in result.stdout.splitlines() if how == "json" else ():
            json.dumps(json.loads(line), ensure_ascii=False).encode()  # no surrogate is left
    if how != "script":
        assert result.exit_code == 0


def test_a_session_with_it_is_kept_and_taken_up(nntui_says, write, place):
    path = write()
    log = json.dumps(WRITABLE, ensure_ascii=False)
    bad = json.dumps(EVERY)
    nntui_says("exec", path, "--state", "-c", f"break y log {log}", "-c", f"break y log {bad}")
    found = nntui_says("exec", path, "--state", "-c", "info breakpoints", "--json")
    assert "set aside" not in found.stderr
    assert len(json.loads(found.stdout)["data"]["breakpoints"]) == 1
    for file in written_files(place / "state"):
        assert_harmless(file.read_text("utf-8"))


FAULTS = [
    {EVERY: 1}, {"name": SURROGATE}, {"name": EVERY * 100}, {"description": WRITABLE},
    {"training": {EVERY: EVERY}}, {"training": {"loss": EVERY}},
    {"training": {"optimizer": {"name": EVERY}}}, {"network": {"layers": [1, EVERY]}},
    {"network": {"layers": [{"size": 1, "names": [EVERY]}, 1]}},
    {"data": {"csv": EVERY, "inputs": [EVERY], "targets": ["t"]}}, {"data": {"generator": EVERY}},
    {"data": {"csv": "rows.csv", "inputs": ["a", EVERY[:9]], "targets": [C1]}}, {"debugger": EVERY},
    {"format": EVERY}, {"network": EVERY}, {"network": {"neurons": [{"name": EVERY}]}},
]  # fmt: skip


def test_no_fault_of_a_document_quotes_it(nntui_says, place):
    (place / "rows.csv").write_text(f"a,{C1},{BIDI}\n1,{C1}31m,{ESCAPES}\n", "utf-8")
    for n, changes in enumerate(FAULTS):
        path = place / f"fault{n}{C1}.json"
        path.write_text(json.dumps(content(**changes)), "ascii")
        result = nntui_says("show", path)
        assert result.exit_code == 2, changes
    for text in (f'{{"{WRITABLE}"', f'{{"a": {WRITABLE}}}', WRITABLE, f'{{"a": "{C1}\n"}}'):
        path.write_text(text, "utf-8")
        assert nntui_says("show", path).exit_code == 2


@pytest.mark.parametrize("cell", [C1, BIDI, ESCAPES, OTHER, "a\u2028b"])
def test_headers_cells_and_classes_of_a_csv_file_are_harmless(nntui_says, write, place, cell):
    data = {"csv": f"rows{C1}.csv", "inputs": [f"in{cell}"], "targets": ["t"]}
    for rows in (f"in{cell},t\n1,{cell}\n2,{cell}b\n", f"in{cell},t\n{cell},1\n", "in,t\n1,2\n"):
        (place / f"rows{C1}.csv").write_text(rows, "utf-8")
        nntui_says("show", write(data=data))
        classes = {"loss": "cross_entropy"}
        nntui_says("show", write(data=data, training=classes))


def test_files_of_the_user_say_it_harmlessly(place):
    from nntui.tui.keymap import read_keymap

    (place / "keys.toml").write_text(f'"{C1}" = "{BIDI}"\nstep = "{C1}"\n', "utf-8")
    for complaint in read_keymap().complaints:
        assert_harmless(complaint)


def test_the_pass_as_markdown_holds_neither_it_nor_html(write):
    debugger = nntui.Debugger(nntui.load(write()))
    debugger.seek(4)
    text = transcript(debugger)
    assert_harmless(text)
    assert "```" in text  # a name with two of them is fenced by three


class Reader:
    """Types, pastes and reads in an app; whatever is seen on the way is harmless."""

    def __init__(self, app, pilot):
        self.app, self.pilot = app, pilot

    async def press(self, *keys):
        for key in keys:
            await self.pilot.press(key)
            await self.see()

    async def see(self):
        await self.pilot.pause()
        strips = self.app.screen._compositor.render_strips()
        shown = "\n".join("".join(segment.text for segment in strip) for strip in strips)
        assert_harmless(shown)
        return shown

    async def paste(self, text):
        self.app.post_message(Paste(text))
        return await self.see()


async def started(app, pilot):
    await until(pilot, lambda: isinstance(app.screen, SteppingScreen))
    return Reader(app, pilot)


TEXTS = [ESCAPES + C1, BIDI, LINES, OTHER, SURROGATE]


@pytest.mark.deep
async def test_no_field_takes_it_and_no_reply_shows_it(write, place):
    app = NntuiApp(document=write(debugger=session()))
    async with app.run_test(size=(160, 50)) as pilot:
        reader = await started(app, pilot)
        for text in TEXTS:
            for before in (":", ":print ", ':break y log "', ":display ", "/", "&"):
                await reader.press({":": "colon", "/": "slash", "&": "ampersand"}[before[0]])
                await reader.paste(before[1:] + text)
                await reader.press("enter", "escape", "escape")
        await reader.press("f", "right", "right")
        for opening in (["B"], ["M", "a"], ["M", "tab", "down", "enter"], ["question_mark", "/"],
                        ["ctrl+p"]):  # fmt: skip
            await reader.press(*opening)
            for text in TEXTS:
                await reader.paste(text)
            await reader.press("enter", "escape", "escape", "escape", "escape")
        for action in ("save_picture", "save_pass"):
            await app.stepping.run_action(action)
            for text in TEXTS:
                await reader.paste(text)
            await reader.press("enter", "escape")
        app.action_save_as()
        await reader.press("enter", "escape")
    for file in written_files(place):
        if file.suffix in (".json", ".txt", ".svg", ".md") and file != app.document.path:
            assert_harmless(file.read_text("utf-8"))


async def test_a_command_that_is_pasted_is_seen_and_refused_as_escapes(write):
    app = NntuiApp(document=write())
    async with app.run_test(size=(100, 30)) as pilot:
        reader = await started(app, pilot)
        await reader.press("colon")
        assert r"print \u009d0;owned" in await reader.paste(f"print {C1}")
        await reader.press("enter")
        assert r"\u009d0;owned" in await reader.see()
        await reader.press("escape", "slash")
        assert r"a\u202eb" in await reader.paste("a\u202eb")


@pytest.mark.deep
@pytest.mark.parametrize("size", [(200, 60), (80, 24)])
async def test_no_pane_shows_it(write, size):
    app = NntuiApp(document=write(debugger=session()))
    async with app.run_test(size=size) as pilot:
        reader = await started(app, pilot)
        for pane in NAMES:
            app.stepping.action_turn_to(pane)
            await reader.press("z", "f", "j", "v", "z")
        await reader.press("W", "escape", "i", "y", "M", "tab", "tab", "escape")


async def test_pictures_and_passes_are_written_harmlessly_where_folders_are_called_so(write, place):
    app = NntuiApp(document=write(debugger=session()))
    async with app.run_test(size=(120, 40)) as pilot:
        reader = await started(app, pilot)
        await reader.press("f", "f")
        for action in ("save_picture", "save_pass"):
            await app.stepping.run_action(action)
            await reader.see()
            await reader.press("enter")
        await until(pilot, lambda: len([*place.glob("*.svg"), *place.glob("*.md")]) == 2)
        for file in (*place.glob("*.svg"), *place.glob("*.md")):
            assert_harmless(file.name)
            assert_harmless(file.read_text("utf-8"))


async def test_a_document_at_fault_and_recent_files_are_shown_harmlessly(write, place):
    remember(write())
    path = place / f"{C1}.json"
    path.write_text(f'{{"format": "{WRITABLE}", {WRITABLE}', "utf-8")
    app = NntuiApp(document=path)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, FaultScreen))
        await Reader(app, pilot).see()
    app = NntuiApp()
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, PickerScreen))
        assert r"\u009d0;owned" in await Reader(app, pilot).see()
