"""``nntui.breakpoint``: the screen on a moment of a training loop, or a document of it."""

from __future__ import annotations

import numpy as np
import pytest

import nntui
from nntui.samples import samples
from nntui.tui import breakpoint as breakpoint_module
from nntui.tui.breakpoint import _BreakpointApp


@pytest.fixture
def loop():
    """A module, two examples, its loss and optimizer."""
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(2, 1)).double()
    x = torch.tensor([[1.0, 2.0], [3.0, 4.0]], dtype=torch.float64)
    y = torch.tensor([[1.0], [0.0]], dtype=torch.float64)
    return model, x, y, torch.nn.MSELoss(), torch.optim.SGD(model.parameters(), lr=0.1)


@pytest.mark.interop
def test_without_a_terminal_the_moment_becomes_a_document(loop, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(breakpoint_module, "_MOST_FILES", 2)
    for _ in range(4):  # the last ones write no more
        nntui.breakpoint(*loop)
    found = {path.name for path in tmp_path.glob("nntui-*")}
    assert found == {"nntui-breakpoint.json", "nntui-breakpoint-2.json"}
    assert "this moment is in nntui-breakpoint-2.json" in capsys.readouterr().err
    experiment = nntui.load("nntui-breakpoint.json")
    assert experiment.network.weight(("x1", "y1")) == loop[0][0].weight[0, 0].item()
    assert experiment.training.epochs == 1


@pytest.mark.interop
def test_a_condition_stops_once_and_shows_the_update_that_made_it_true(
    loop, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    weight = loop[0][0].weight
    for n in range(4):
        nntui.breakpoint(*loop, when=lambda: bool(weight.isnan().any()))
        if n == 0:
            finite = weight.detach().clone()
        weight.data = finite + (float("nan") if n >= 1 else 1.0)
    assert [path.name for path in tmp_path.glob("nntui-*")] == ["nntui-breakpoint.json"]
    found = nntui.load("nntui-breakpoint.json").network.weight(("x1", "y1"))
    assert found == finite[0, 0].item() + 1.0
    capsys.readouterr()


@pytest.mark.interop
def test_parameters_that_become_infinite_before_the_condition_is_true_do_not_end_the_loop(
    loop, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    weight = loop[0][0].weight
    last = weight[0, 0].item()
    for value in (None, float("inf"), float("nan")):
        if value is not None:
            weight.data = weight.detach() * value
        nntui.breakpoint(*loop, when=lambda: bool(weight.isnan().any()))
    assert nntui.load("nntui-breakpoint.json").network.weight(("x1", "y1")) == last
    capsys.readouterr()


@pytest.mark.interop
def test_two_conditions_in_a_loop_do_not_know_of_each_other(loop, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for n in range(4):
        nntui.breakpoint(*loop, when=lambda: n >= 1)  # noqa: B023 (it is called at once)
        nntui.breakpoint(*loop, when=lambda: n >= 1)  # noqa: B023
    assert len(list(tmp_path.glob("nntui-*"))) == 2
    capsys.readouterr()


@pytest.mark.interop
def test_the_moment_before_is_noted_with_the_optimizers_memory(loop, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    model, x, y, loss_fn, _ = loop
    torch = pytest.importorskip("torch")
    optimizer = torch.optim.Adam(model.parameters(), lr=0.1)
    for n in range(4):
        optimizer.zero_grad()
        loss_fn(model(x), y).backward()
        broken = n == 3
        if broken:
            model[0].weight.data[0, 0] = float("nan")
        now = model[0].weight.detach().clone()
        nntui.breakpoint(model, x, y, loss_fn, optimizer, when=lambda: broken)  # noqa: B023
        assert torch.equal(now.nan_to_num(7.0), model[0].weight.nan_to_num(7.0))
        if n == 2:
            last, memory = now, optimizer.state[model[0].bias]["exp_avg"].item()
        optimizer.step()
    experiment = nntui.load("nntui-breakpoint.json")
    assert experiment.network.weight(("x1", "y1")) == last[0, 0].item()
    assert experiment.resumed.updates == 2
    assert experiment.resumed.memory[0][0] == memory
    capsys.readouterr()


@pytest.mark.interop
def test_data_that_are_no_numbers_are_named(loop):
    model, x, *rest = loop
    broken = x.clone()
    broken[1, 0] = float("nan")
    nntui.breakpoint(model, x, *rest, when=lambda: False)
    with pytest.raises(nntui.NntuiError, match=r"inputs\[1\]\[0\]: found nan"):
        nntui.breakpoint(model, broken, *rest, when=lambda: True)


@pytest.mark.interop
def test_numbers_that_never_were_finite_are_named(loop):
    loop[0][0].bias.data[0] = float("nan")
    with pytest.raises(nntui.NntuiError, match='the bias of "y1" must be a finite number'):
        nntui.breakpoint(*loop)


def test_a_star_import_leaves_pythons_breakpoint_alone():
    names = {}
    exec("from nntui import *", names)
    assert "breakpoint" not in names
    assert "from_torch" in names


async def test_wrong_gradients_are_shown_and_capital_q_ends_the_loop():
    experiment = nntui.load(samples()["mazur"])
    verdict = nntui.check_work(experiment, {"db2": np.array([1.0, 2.0])})
    app = _BreakpointApp(experiment, verdict)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        assert app.stepping.pane_layout.is_turned_to("check")
        assert app.stepping.check.verdict is verdict
        await pilot.press("Q")
    assert app.ends_loop


async def test_a_run_that_diverges_stands_at_its_first_number_that_is_not_finite():
    network = nntui.Network.from_arrays([([[1e200]], [0.0], "linear"), ([[1e200]], None, "linear")])
    experiment = nntui.Experiment(network, ([[1.0]], [[0.0]]), loss="mse", epochs=1)
    app = _BreakpointApp(experiment, None)
    async with app.run_test(size=(120, 36)) as pilot:
        for _ in range(100):
            await pilot.pause()
            if app.stepping.debugger.position:
                break
        assert app.stepping.debugger.last.writes == {"z[y1]": float("inf")}
        await pilot.press("q")
    assert not app.ends_loop


async def test_numbers_too_large_for_the_loop_are_stopped_at():
    """In float32 they are infinite; nntui computes them."""
    network = nntui.Network.from_arrays([([[1e15]], [0.0], "linear"), ([[1e15]], None, "linear")])
    experiment = nntui.Experiment(network, ([[0.0], [1.0]], [[0.0], [0.0]]), loss="mse", epochs=1)
    app = _BreakpointApp(experiment, None, is_past=True, largest=3.4e38)
    async with app.run_test(size=(120, 36)) as pilot:
        for _ in range(100):
            await pilot.pause()
            if app.stepping.debugger.position:
                break
        assert app.stepping.debugger.last.writes["loss"] == pytest.approx(1e60)
        await pilot.press("q")
