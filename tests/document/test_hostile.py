"""Campaigns of hostile documents and CSV files: each is read, or refused in one sentence."""

import copy
import json
import random

import pytest

import nntui
from nntui.debugger.debugger import Debugger
from nntui.model.activations import ACTIVATIONS
from nntui.model.initializers import INITIALIZERS, Initializer
from nntui.model.losses import LOSSES
from nntui.model.optimizers import OPTIMIZERS
from nntui.samples import samples

MUTATIONS = [pytest.param(150, 1), pytest.param(14_000, 2, marks=pytest.mark.deep)]
BYTES = [pytest.param(100, 3), pytest.param(6_000, 4, marks=pytest.mark.deep)]
FILES = [pytest.param(200, 5), pytest.param(12_000, 6, marks=pytest.mark.deep)]
STEPS_TRIED = 30

STRANGE = [
    None, True, False, 0, 1, -1, 2, 0.5, -0.0, 1e308, -1e308, 5e-324, 2**63, 10**400, "", "x1", "y",
    "\0", "\x1b[2J", "\u202e", "\ud800", "é", "relu", "mse", "sgd", "circle", "rows.csv", "nntui/1",
    "$schema", [], {}, [[]], [1], [1, 2], [[1, 2], [3, 4]], ["a", "t"], {"name": "adamw"},
    {"size": 2}, {"name": "normal", "std": -0.0}, {"name": "huber", "delta": 1e308},
    {"$.x` - at `$[0]": 1},
]  # fmt: skip
EXTREME = [-0.0, 0, 1, -1, 0.5, 5e-324, 1e-320, 1e308, -1e308, 2**63, 10**300, True, 1 - 2**-53]

CELLS = [
    "1", "2.5", "-1e3", "1,5", "1.234,5", "1,200", "", " ", "x", "no", "NA", "nan", "?", "1e999",
    '"', '""', '"1"', ' "2"', "#", "sep=;", "٣", "\x1b", "\ufeff", "é", "inf", "1_0", "0x1", "a",
    "t",
]  # fmt: skip


@pytest.fixture
def tried(tmp_path):
    """Write a document, load it, and debug and save what was loaded; say whether it was."""

    def attempt(text, seed, csv=b"a,b,t\n1,2,0.5\n-1,4e-1,1\n"):
        (tmp_path / "rows.csv").write_bytes(csv)
        (tmp_path / "doc.json").write_bytes(text)
        said = f"seed {seed}: {text[:2000]!r} {csv[:300]!r}"
        refused = ""
        try:
            experiment = nntui.load(tmp_path / "doc.json")
        except nntui.DocumentError as error:
            refused = str(error)
        except BaseException as error:
            raise AssertionError(said) from error
        if refused:
            assert refused.replace("\u00a0", " ").isprintable(), said
            assert refused.startswith(str(tmp_path)), said
            assert len(refused) < 1500, said
            return False
        try:
            if len(experiment.network) < 100 and len(experiment.data) < 1000:
                debugger = Debugger(experiment)
                for _ in range(min(STEPS_TRIED, debugger.total)):
                    debugger.step()
                debugger.snapshot()
                nntui.save(experiment, tmp_path / "again.json", overwrite=True)
                assert nntui.load(tmp_path / "again.json") == experiment
        except BaseException as error:
            raise AssertionError(said) from error
        return True

    return attempt


def containers(value):
    """Every list and object in a value, the long lists of data only at their beginning."""
    found = [value]
    for container in found:
        inside = container.values() if isinstance(container, dict) else container[:20]
        found.extend(child for child in inside if isinstance(child, (dict, list)))
    return found


def mutated(chance, document, keys):
    """Replace, remove, add, move or repeat one to three things in a document."""
    document = copy.deepcopy(document)
    for _ in range(chance.randint(1, 3)):
        container = chance.choice(containers(document))
        places = list(container) if isinstance(container, dict) else list(range(len(container)))
        action = chance.choice(("replace", "replace", "remove", "add", "repeat"))
        if action == "add" or not places:
            if isinstance(container, dict):
                container[chance.choice(keys)] = copy.deepcopy(chance.choice(STRANGE))
            else:
                container.append(copy.deepcopy(chance.choice(STRANGE)))
        elif action == "replace":
            container[chance.choice(places)] = copy.deepcopy(chance.choice(STRANGE))
        elif action == "remove":
            del container[chance.choice(places)]
        else:
            container[chance.choice(places)] = copy.deepcopy(container[chance.choice(places)])
    return document


@pytest.fixture(scope="module")
def seeds(documents):
    """The bundled samples and a document of each kind, small enough to be read often."""
    bundled = [json.loads(path.read_text(encoding="utf-8")) for path in samples().values()]
    return [d for d in bundled if len(json.dumps(d)) < 20_000] + list(documents.values())


@pytest.mark.parametrize(("count", "seed"), MUTATIONS)
def test_mutated_documents_are_read_or_refused(tried, seeds, count, seed):
    chance = random.Random(seed)
    keys = sorted({key for d in seeds for c in containers(d) if isinstance(c, dict) for key in c})
    keys += [
        "bias",
        "weights",
        "biases",
        "separator",
        "header",
        "missing",
        "lr",
        "$schema",
        "",
        "\x1b",
    ]
    read = 0
    for _ in range(count):
        text = json.dumps(mutated(chance, chance.choice(seeds), keys))
        read += tried(text.encode(), seed)
    assert 0 < read < count


@pytest.mark.parametrize(("count", "seed"), BYTES)
def test_cut_and_overwritten_documents_are_read_or_refused(tried, seeds, count, seed):
    chance = random.Random(seed)
    texts = [json.dumps(document).encode() for document in seeds]
    for n in range(count):
        text = chance.choice(texts)
        at = chance.randrange(len(text))
        if n % 2:
            tried(text[:at], seed)
        else:
            tried(text[:at] + chance.randbytes(chance.randint(1, 4)) + text[at + 1 :], seed)


@pytest.mark.parametrize(("count", "seed"), FILES)
def test_csv_files_of_any_kind_are_read_or_refused(tried, documents, count, seed):
    chance = random.Random(seed)
    settings = {
        "separator": (",", ";", "|", "tab", "blank", "\t", " "),
        "decimal": (".", ","),
        "header": (True, False),
        "missing": ("skip", "error"),
        "inputs": ([1, 2], ["a", 2], ["a", "b"], [1, 1]),
        "targets": ([3], ["t"], [1]),
    }
    read = 0
    for _ in range(count):
        separator, newline = chance.choice(",;\t| "), chance.choice(("\n", "\r\n", "\r"))
        wide, often = chance.randint(2, 4), chance.random() ** 3
        rows = [
            separator.join(
                chance.choice(CELLS) if chance.random() < often else str(chance.randint(0, 3))
                for _ in range(wide)
            )
            for _ in range(chance.randint(0, 6))
        ]
        head = chance.choice(
            (separator.join("abt"), separator.join("abtt"), "", "# a,b,t", "sep=,")
        )
        content = newline.join([head, *rows]).encode(
            chance.choice(("utf-8", "utf-8-sig", "utf-16"))
        )
        if chance.random() < 0.2:
            at = chance.randrange(len(content) + 1)
            content = content[:at] + chance.randbytes(2) + content[at + 1 :]
        document = copy.deepcopy(documents["csv"])
        for key in chance.sample(list(settings), chance.randint(0, 3)):
            document["data"][key] = chance.choice(settings[key])
        if chance.random() < 0.3:
            document["network"]["layers"] = [2, 2]
            document["training"] = {"loss": chance.choice(("mse", "cross_entropy"))}
        read += tried(json.dumps(document).encode(), seed, content)
    assert 0 < read < count


def settings_of_all():
    """Every setting of every table: where it stands in a document, the function, its name."""
    for place, table in (("loss", LOSSES), ("optimizer", OPTIMIZERS)):
        for name, row in table.items():
            yield from (("training", place, name, key) for key in row.settings)
    for name, row in ACTIVATIONS.items():
        yield from (("layer", "activation", name, key) for key in row.settings)
    for name in INITIALIZERS:
        for key in (*Initializer.defaults(name), "seed"):
            yield "network", "initializer", name, key


QUICK_SETTINGS = {"std", "weight_decay", "delta", "low"}


@pytest.mark.parametrize(
    ("part", "place", "name", "key"),
    [
        pytest.param(*row, marks=() if row[3] in QUICK_SETTINGS else pytest.mark.deep)
        for row in settings_of_all()
    ],
)
def test_extreme_settings_are_run_or_refused(tried, documents, part, place, name, key):
    for value in EXTREME:
        document = copy.deepcopy(documents["layered"])
        network = document["network"]
        parts = {"network": network, "layer": network["layers"][1]}
        spec = {"name": name, key: value}
        if key == "weight_decay":
            spec["learning_rate"] = 1e300
        elif key == "nesterov":
            spec["momentum"] = 0.5
        parts.get(part, document["training"])[place] = spec
        if part == "network":
            del network["layers"][1]["weights"]
        tried(json.dumps(document).encode(), value)
