"""Write the cases into a folder, to try them by hand.

``PYTHONPATH=tests python -m verify.cases DIR``: each becomes a document, NN-name.json, and its
numbers, NN-name.mine.json.
"""

import json
import sys
from pathlib import Path

import numpy as np
from verify.cases import CASES

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
for case in CASES:
    document, numbers = case.made()
    plain = {name: np.asarray(value).tolist() for name, value in numbers.items()}
    (folder / f"{case.id}.json").write_text(json.dumps(document, indent=1))
    (folder / f"{case.id}.mine.json").write_text(json.dumps(plain, indent=1))
