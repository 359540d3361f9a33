"""``nntui show``."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest


def test_it_prints_the_name_the_drawing_and_every_parameter(nntui, document):
    document(description="First line.\n\nSecond paragraph.")
    result = nntui("show", "net.json")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[:5] == ["A net", "", "First line.", "", "Second paragraph."]
    table = lines[lines.index("layer  neuron  role    activation  bias") :]
    assert table == [
        "layer  neuron  role    activation  bias",
        "    0  x1      input",
        "    0  x2      input",
        "    1  h 1     hidden  tanh         0.1",
        "    1  h2      hidden  relu        -0.2  frozen",
        "    2  y       output  sigmoid      0",
        "",
        "source     target  weight",
        "x1      →  h 1      0.5",
        "x2      →  h 1     -0.25",
        "x1      →  h2       0.75",
        "x2      →  y        0.3",
        "h 1     →  y        1.5    frozen",
        "h2      →  y       -1",
        "",
        "5 neurons, 6 connections, 9 parameters (2 frozen), 3 examples",
        "296 steps in 4 epochs and 8 updates: mse, adam (learning rate 0.1)",
    ]


def test_the_drawing_is_that_of_the_network(nntui, document):
    import nntui as package

    path = document()
    drawing = package.load(path).network.draw(width=70).strip("\n")
    assert drawing in nntui("show", "net.json", "--width", "70").stdout


@pytest.mark.parametrize("width", [40, 60, 120])
def test_no_line_of_text_or_drawing_is_wider_than_asked_for(nntui, width):
    result = nntui("show", "sample", "--width", str(width))
    upper, _, _ = result.stdout.partition("layer  neuron")
    assert max(map(len, upper.splitlines())) <= width


def test_a_neuron_that_leads_nowhere_is_a_warning(nntui, document):
    network = {
        "neurons": [
            {"name": "x", "role": "input"},
            {"name": "lost", "bias": 0},
            {"name": "y", "role": "output", "bias": 0},
        ],
        "connections": [
            {"source": "x", "target": "lost", "weight": 1},
            {"source": "x", "target": "y", "weight": 1},
        ],
    }
    document(network=network, data={"inputs": [[1]], "targets": [[1]]})
    assert 'warning: no output can be reached from "lost"' in nntui("show", "net.json").stdout


def test_columns_line_up_whatever_the_neurons_are_called(nntui, document):
    network = {
        "neurons": [
            {"name": "入力", "role": "input"},
            {"name": "[red]", "activation": "tanh", "bias": 1},
            {"name": "y", "role": "output", "bias": 0.5},
        ],
        "connections": [
            {"source": "入力", "target": "[red]", "weight": 12.5},
            {"source": "[red]", "target": "y", "weight": 0.25},
        ],
    }
    document(network=network, data={"inputs": [[1]], "targets": [[1]]})
    lines = nntui("show", "net.json").stdout.splitlines()
    assert "入力    →  [red]   12.5" in lines
    assert "[red]   →  y        0.25" in lines


def test_nothing_in_a_description_is_sent_to_the_terminal(nntui, document):
    document(description="red \x1b[31m and [bold]markup[/bold]\x07")
    result = nntui("show", "net.json")
    assert "\x1b" not in result.output
    assert "\x07" not in result.output


def test_examples_kept_for_testing_are_counted(nntui):
    assert "120 examples (30 kept for testing)" in nntui("show", "classifier").stdout
    assert "data from classifier.csv" in nntui("show", "classifier").stdout


@pytest.mark.parametrize("width", ["19", "wide"])
def test_a_width_that_is_none_is_refused(nntui, width):
    result = nntui("show", "xor", "--width", width)
    assert result.exit_code == 2
    assert result.stderr.startswith(
        f"nntui: --width: found {width}, expected a whole number from 20 to 10,000"
    )


# ---- at a step ---------------------------------------------------------------------------------


def test_a_step_is_drawn_with_its_values_and_what_it_did(nntui):
    result = nntui("show", "sample", "--step", "9")
    assert result.exit_code == 0
    assert "after 9 of 11,600 steps" in result.stdout
    assert "forward: z[out] = " in result.stdout
    assert "activations: a in the boxes, w on the lines" in result.stdout
    assert "►" in result.stdout
    assert "h2" in result.stdout
    assert "0.57167" in result.stdout


def test_a_view_is_chosen_by_its_name(nntui):
    result = nntui("show", "sample", "--step", "9", "--view", "gradients")
    assert "gradients: δ in the boxes, ∂L/∂w on the lines" in result.stdout


def test_the_names_of_the_views_are_those_of_the_table():
    from nntui.cli.show import VIEW_NAMES
    from nntui.network_view.views import VIEWS

    assert tuple(VIEWS) == VIEW_NAMES


def test_a_step_behind_the_end_is_said(nntui):
    result = nntui("show", "sample", "--step", "11601")
    assert result.exit_code == 2
    assert (
        result.stderr == "nntui: --step: there is no step 11,601: the run's last step is 11,600\n"
    )


def test_a_picture_is_svg_and_only_a_picture_has_a_theme(nntui, here):
    result = nntui("show", "sample", "--svg", "out.png")
    assert result.stderr == "nntui: --svg: found out.png, expected a name that ends in .svg\n"
    assert result.exit_code == 2
    assert not (here / "out.png").exists()
    assert "--theme goes with --svg" in nntui("show", "sample", "--theme", "light").stderr


def test_the_drawing_is_written_as_a_picture(nntui, here):
    result = nntui("show", "sample", "--step", "9", "--svg", "out.svg")
    assert result.exit_code == 0
    assert result.stdout == "drawn to out.svg\n"
    text = (here / "out.svg").read_text(encoding="utf-8")
    assert text.startswith("<svg ")
    assert "►" in text
    assert "after 9 of 11,600 steps" in text


def test_a_picture_has_a_theme_and_as_many_rows_as_wished_for_and_a_short_title(nntui, here):
    sizes = {}
    for theme, rows in (("dark", 20), ("light", 40)):
        words = ["--svg", f"{theme}.svg", "--theme", theme, "--rows", str(rows)]
        assert nntui("show", "xor", "--step", "20", *words).exit_code == 0
        root = ElementTree.fromstring((here / f"{theme}.svg").read_text(encoding="utf-8"))
        sizes[theme] = float(root.get("viewBox").split()[3])
        title, ground = root[0].text, root[1].get("fill")
        assert ground == {"dark": "#121212", "light": "#ffffff"}[theme]
        assert all(len(word.strip("().,;")) < 10 for word in title.split() if "." in word)
    assert sizes["light"] > 1.8 * sizes["dark"]


def test_outputs_say_their_answer_beside_the_one_that_is_wanted(nntui):
    text = nntui("show", "xor", "--step", "18", "--width", "100").stdout
    assert "says" in text
    assert "want" in text
    assert "✓" in text or "✗" in text


def test_a_picture_that_cannot_be_written_is_one_sentence(nntui):
    result = nntui("show", "sample", "--svg", "nowhere/out.svg")
    assert result.exit_code == 2
    assert result.stderr == "nntui: nowhere/out.svg: there is no folder nowhere\n"


def test_a_picture_replaces_a_file_only_when_told_to(nntui, here):
    words = ["show", "sample", "--svg", "out.svg"]
    (here / "out.svg").write_text("old")
    result = nntui(*words)
    assert result.exit_code == 2
    assert result.stderr == "nntui: out.svg: is there already (--force replaces it)\n"
    assert (here / "out.svg").read_text() == "old"
    assert nntui(*words, "--force").exit_code == 0
    assert "<svg" in (here / "out.svg").read_text()


def test_a_drawing_of_a_moment_needs_no_screen():
    import subprocess
    import sys

    code = (
        "import sys; from nntui.cli import main\n"
        "try: main(['show', 'xor', '--step', '5'], standalone_mode=False)\n"
        "except SystemExit: pass\n"
        "assert not {m for m in sys.modules if m.startswith(('textual', 'plotext'))}"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, timeout=300)
