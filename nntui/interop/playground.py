"""Read an address of TensorFlow Playground: its settings stand behind the #, nothing is fetched.

Source of names and defaults: playground, src/state.ts; of its rules: src/nn.ts.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import unquote

from nntui.document.errors import Fault
from nntui.document.generators import generated
from nntui.document.specs import GeneratedData
from nntui.interop.kinds import PLAYGROUND
from nntui.model.names import escaped, listed

_ACTIVATIONS: Final = ("relu", "tanh", "sigmoid", "linear")
_DATA: Final = ("circle", "xor", "gauss", "spiral")
_REGRESSION: Final = {"reg-plane": "plane", "reg-gauss": "gauss_regression"}
_SAMPLES: Final = {"classification": 500, "regression": 1200}
_FEATURES: Final[Mapping[str, tuple[str, Callable[[float, float], float]]]] = {
    "x": ("x1", lambda x, y: x),
    "y": ("x2", lambda x, y: y),
    "xSquared": ("x1_squared", lambda x, y: x * x),
    "ySquared": ("x2_squared", lambda x, y: y * y),
    "xTimesY": ("x1_times_x2", lambda x, y: x * y),
    "sinX": ("sin_x1", lambda x, y: math.sin(x)),
    "sinY": ("sin_x2", lambda x, y: math.sin(y)),
}
_DEFAULTS: Final = {"x": "true", "y": "true"}


def document_of(address: str) -> dict[str, Any]:
    """Make the document that an address describes.

    Raises:
        Fault: a setting that Playground does not have.
    """
    match = PLAYGROUND.fullmatch(address)
    if match is None or not match[1]:
        raise Fault("", "no settings in the address", "what stands behind its #, copied whole")
    pairs = (part.partition("=") for part in match[1].split("&"))
    settings = _DEFAULTS | {unquote(key): unquote(value) for key, _, value in pairs if value}
    problem = _choice(settings, "problem", ("classification", "regression"))
    seed = _seed(settings.get("seed", ""))
    features = [key for key in _FEATURES if settings.get(key, "false") != "false"]
    if not features:
        raise Fault("x, y, …", "no input that is on", f"one of {listed(_FEATURES)}")
    hidden = _shape(settings.get("networkShape", "4,2"))
    activation = _choice(settings, "activation", _ACTIVATIONS, "tanh")
    output = "tanh" if problem == "classification" else "linear"
    names = [_FEATURES[key][0] for key in features]
    zero = settings.get("initZero", "false") != "false"
    drawn = {"name": "zeros"} if zero else {"name": "uniform", "low": -0.5, "high": 0.5}
    regularization = _choice(settings, "regularization", ("none", "L1", "L2"))
    penalty = _number(settings, "regularizationRate", 0.0)
    return {
        "format": "nntui/1",
        "name": f"Playground: {problem}",
        "description": _description(regularization),
        "network": {
            "layers": [
                {"size": len(names), "names": names},
                *({"size": size, "activation": activation} for size in hidden),
                {"size": 1, "activation": output},
            ],
            "initializer": {**drawn, "bias": 0.0 if zero else 0.1, "seed": seed},
        },
        "data": _data(settings, problem, features, seed),
        "training": {
            "loss": "half_squared_error",
            "optimizer": {"name": "sgd", "learning_rate": _number(settings, "learningRate", 0.03)},
            "batch_size": _whole(settings, "batchSize", 10),
            "regularization": {regularization.lower(): penalty} if regularization != "none" else {},
            "epochs": 100,
            "seed": seed,
        },
    }


def _description(regularization: str) -> str:
    notes = [
        "The settings of an address of TensorFlow Playground.",
        (
            "An address has no weights and no points: both are drawn anew, from the same "
            "distributions by other random numbers."
        ),
        (
            "What is left at the end of an epoch is a smaller batch; Playground puts it into the "
            "first batch of the next epoch."
        ),
    ]
    if regularization == "L1":
        notes.append(
            "Playground takes a weight that L1 has moved past 0 out for good; nntui does not."
        )
    return "\n\n".join(notes)


def _data(
    settings: Mapping[str, str], problem: str, features: list[str], seed: int
) -> dict[str, Any]:
    """Write the data: a generator's, or rows where other inputs than x and y are on."""
    if problem == "classification":
        name = _choice(settings, "dataset", _DATA)
    else:
        name = _REGRESSION[_choice(settings, "regDataset", tuple(_REGRESSION))]
    noise = _number(settings, "noise", 0.0) / 100.0
    if not 0.0 <= noise <= 0.5:
        raise Fault("noise", escaped(settings["noise"], 20), "a number from 0 to 50")
    percent = _number(settings, "percTrainData", 50.0)
    if not 0.0 < percent <= 100.0:
        raise Fault("percTrainData", f"{percent:g}", "a number from 1 to 100")
    fraction = round(1.0 - percent / 100.0, 9)
    section = {"generator": name, "samples": _SAMPLES[problem], "noise": noise, "seed": seed}
    if features != ["x", "y"]:
        rows = generated(GeneratedData(**section), "data")  # type: ignore[arg-type]
        functions = [_FEATURES[key][1] for key in features]
        inputs = [[f(x, y) for f in functions] for x, y in rows.inputs]
        section = {"inputs": inputs, "targets": [list(t) for t in rows.targets]}  # type: ignore[arg-type]
    return {**section, **({"test_fraction": fraction} if fraction else {})}


def _choice(
    settings: Mapping[str, str], key: str, known: tuple[str, ...], default: str = ""
) -> str:
    value = settings.get(key, default or known[0])
    if value not in known:
        raise Fault(key, f'"{escaped(value, 40)}"', listed(known))
    return value


def _number(settings: Mapping[str, str], key: str, default: float) -> float:
    text = settings.get(key, str(default))
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise Fault(key, f'"{escaped(text, 40)}"', "a finite number")
    return value


def _whole(settings: Mapping[str, str], key: str, default: int) -> int:
    value = _number(settings, key, float(default))
    if not value.is_integer():
        raise Fault(key, f"{value:g}", "a whole number")
    return int(value)


def _shape(text: str) -> list[int]:
    words = [word for word in text.split(",") if word.strip()]
    if len(words) > 100 or not all(word.strip().isdecimal() and len(word) < 7 for word in words):
        raise Fault("networkShape", f'"{escaped(text, 40)}"', "sizes such as 4,2")
    return [int(word) for word in words]


def _seed(text: str) -> int:
    """Make a seed of the digits of Playground's, which is a number from 0 to 1."""
    digits = re.sub(r"\D", "", text)[:18]
    return int(digits or 0)
