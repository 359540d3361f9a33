from nntui.explain.symbols import in_code, in_math, math_name


def test_names_of_values_get_mathematical_symbols() -> None:
    assert math_name("delta", "h1") == "δ[h1]"
    assert math_name("dw", "my input", "h1") == '∂L/∂w["my input",h1]'
    assert math_name("loss") == "L"


def test_names_of_neurons_stay_as_they_are() -> None:
    assert (
        in_math('dw["a] delta",loss] = delta[loss] · a') == '∂L/∂w["a] delta",loss] = δ[loss] · a'
    )


def test_symbols_become_names_again() -> None:
    for names in (("delta", "h1"), ("dw", "my input", "h1"), ("z", "y"), ("loss",)):
        symbol, *_ = names
        assert in_code(math_name(*names)).startswith(symbol)
