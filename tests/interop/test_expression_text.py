"""Expressions in the languages of other libraries: every function, and every way to nest them."""

from __future__ import annotations

import math

import numpy as np
import pytest

from nntui.interop.expression_text import KERAS, NUMPY, TORCH, latex
from nntui.model.expressions.formula import KNOWN, formula
from nntui.model.expressions.functions import FUNCTIONS

Z = np.array([-7.5, -1.0, -0.25, 0.0, 0.3, 1.0, 2.5])
TRUE = [name for name in KNOWN if FUNCTIONS[name].truth]
TEXTS = [
    *(f"{name}({', '.join(['z', '0.5'][: FUNCTIONS[name].least])})" for name in KNOWN),
    "z - (1 - z) - 2*(z + 1)/(4/(z*z + 1))",
    "-(z - 1)**2 + (-z)**2 + 2**-z + -z**2",
    "1/sigmoid(z)/2 - 1/(2*sigmoid(-z))",
    "max(z, -1, z*z, 2) - min(1, 2, z)",
    "z if not (z > 0 and z < 1 or z == -1) else -z",
    "(1 if -1 <= z < 0.5 != 1 else 2)*z",
    "z*pi if true else 3",
    "(z if 1 > 2 else abs(z)) + sqrt(2)",
    "z - inf if z > 1e300 else 2.5e-7*z",
    "3",
]


def _number(text):
    return f"1 if {text} else 0*z" if text.split("(")[0] in TRUE else text


@pytest.mark.parametrize("text", TEXTS)
def test_numpy_computes_the_same(text):
    text = _number(text)
    names = {"np": np, "erf": np.vectorize(math.erf), "z": Z}
    with np.errstate(all="ignore"):
        found = eval(NUMPY.array(formula(text, "z").tree), names)
    np.testing.assert_allclose(found, formula(text, "z")(Z), rtol=1e-14)


@pytest.mark.interop
@pytest.mark.parametrize("text", TEXTS)
def test_pytorch_and_keras_compute_the_same(torch, keras, text):
    text = _number(text)
    tree, expected = formula(text, "z").tree, formula(text, "z")(Z)
    z = torch.tensor(Z)
    for language, names in ((TORCH, {"torch": torch}), (KERAS, {"ops": keras.ops})):
        found = eval(language.array(tree), {"z": z, **names})
        np.testing.assert_allclose(np.asarray(found), expected, rtol=1e-6)


@pytest.mark.parametrize("text", TEXTS)
def test_latex_has_as_many_braces_opened_as_closed(text):
    written = latex(formula(_number(text), "z").tree)
    assert written.count("{") == written.count("}")
    assert "}^{" not in written.replace(r"\right)^{", "")


def test_a_long_choice_takes_several_lines():
    tree = formula("z*z*z*z*z*z*z if z > 0 else sin(z) + cos(z) + tanh(z) + z", "z").tree
    lines = NUMPY.array(tree).splitlines()
    assert lines[0] == "np.where("
    assert lines[1:] == [
        "        z > 0.0,",
        "        z * z * z * z * z * z * z,",
        "        np.sin(z) + np.cos(z) + np.tanh(z) + z,",
        "    )",
    ]
