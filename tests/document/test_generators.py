"""Generators: the formulae of TensorFlow Playground, and nothing but their settings decides."""

import math
from dataclasses import replace

import pytest

from nntui.document import specs
from nntui.document.generators import GENERATORS, generated
from nntui.model.losses import Loss

SAMPLES = 400


def points(generator, noise=0.0, samples=SAMPLES, seed=1):
    data = generated(specs.GeneratedData(generator, samples, noise, seed), "data")
    return [(*x, *y) for x, y in zip(data.inputs, data.targets, strict=True)]


@pytest.mark.parametrize("generator", GENERATORS)
@pytest.mark.parametrize("samples", [1, 2, 7, 100])
def test_a_generator_gives_as_many_rows_as_asked(generator, samples):
    assert len(points(generator, 0.5, samples)) == samples


@pytest.mark.parametrize("generator", GENERATORS)
def test_settings_alone_decide_the_rows(generator):
    assert points(generator, 0.2) == points(generator, 0.2)
    assert points(generator, 0.2) != points(generator, 0.2, seed=2)


@pytest.mark.parametrize("generator", ["circle", "xor", "gauss", "spiral"])
@pytest.mark.parametrize("noise", [0.0, 0.5])
def test_labels_are_plus_and_minus_one_mixed(generator, noise):
    labels = [label for *_, label in points(generator, noise)]
    assert set(labels) == {-1.0, 1.0}
    assert set(labels[:40]) == {-1.0, 1.0}


def test_the_circle_without_noise_is_a_disc_in_a_ring():
    for x, y, label in points("circle"):
        assert math.hypot(x, y) <= 2.5 if label > 0 else 3.5 <= math.hypot(x, y) <= 5.0


def test_xor_without_noise_is_the_sign_of_the_product_with_a_gap():
    for x, y, label in points("xor"):
        assert label == math.copysign(1.0, x * y)
        assert 0.3 <= abs(x) <= 5.3
        assert 0.3 <= abs(y) <= 5.3


@pytest.mark.parametrize(("noise", "variance"), [(0.0, 0.5), (0.5, 4.0)])
def test_gauss_is_two_clouds_whose_variance_is_the_noise(noise, variance):
    xs = [x for x, _, label in points("gauss", noise, 10_000) if label > 0]
    mean = sum(xs) / len(xs)
    assert mean == pytest.approx(2.0, abs=0.1)
    assert sum((x - mean) ** 2 for x in xs) / len(xs) == pytest.approx(variance, rel=0.1)


def test_the_spiral_without_noise_is_two_arms_half_a_turn_apart():
    rows = points("spiral")
    arms = [sorted((math.hypot(x, y), x, y) for x, y, t in rows if t == s) for s in (1.0, -1.0)]
    for n, ((r, x, y), (_, other_x, other_y)) in enumerate(zip(*arms, strict=True)):
        assert r == pytest.approx(5.0 * n / (SAMPLES // 2))
        assert (x, y) == pytest.approx((-other_x, -other_y))
        assert x == pytest.approx(r * math.sin(1.75 * 2 * math.pi * n / (SAMPLES // 2)))


def test_the_plane_is_a_tenth_of_the_sum():
    for x, y, target in points("plane"):
        assert target == (x + y) / 10.0
        assert max(abs(x), abs(y)) <= 6.0


def test_gauss_regression_has_six_bumps():
    for x, y, target in points("gauss_regression"):
        assert -1.0 <= target <= 1.0
        nearest = min(
            (math.hypot(x - cx, y - cy), cx, cy) for cx in (-4, 0, 4) for cy in (-2.5, 2.5)
        )
        distance, cx, cy = nearest
        sign = 1.0 if (cx == 0) == (cy < 0) else -1.0
        assert target == pytest.approx(sign * max(0.0, 1.0 - distance / 2.0))


def test_noise_moves_labels_but_not_the_points_of_xor():
    quiet, noisy = points("xor"), points("xor", 0.5)
    assert [row[:2] for row in quiet] == [row[:2] for row in noisy]
    assert quiet != noisy


@pytest.mark.parametrize("generator", ["circle", "xor", "gauss", "spiral"])
def test_labels_are_what_the_loss_takes(loaded, generated, generator):
    def targets(loss, outputs):
        generated["network"]["layers"] = [2, outputs]
        generated["data"]["generator"] = generator
        generated["training"] = {"loss": loss}
        return loaded(generated).data.targets

    signs = targets("mse", 1)
    assert set(signs) == {(-1.0,), (1.0,)}
    bits = tuple((max(label, 0.0),) for (label,) in signs)
    assert targets("bce", 1) == bits
    assert targets("bce_with_logits", 1) == bits
    assert targets("cross_entropy", 2) == tuple(int(bit) for (bit,) in bits)


def test_labels_follow_another_loss_and_values_stay(loaded, generated):
    experiment = loaded(generated)
    there = experiment.altered(training=replace(experiment.training, loss=Loss.of("bce")))
    assert set(there.data.targets) == {(0.0,), (1.0,)}
    back = there.altered(training=experiment.training)
    assert back == experiment
    generated["data"] |= {"generator": "gauss_regression", "samples": 3}
    values = loaded(generated)
    other = values.altered(training=replace(values.training, loss=Loss.of("bce")))
    assert other.data == values.data
