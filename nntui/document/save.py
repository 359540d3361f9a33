"""``save``: an ``Experiment`` → a file in the format nntui/1."""

from __future__ import annotations

import os

from nntui.document.about import check_debugger, check_texts
from nntui.document.atomic import write_atomically
from nntui.document.errors import DocumentError, Fault
from nntui.document.files import folder_of
from nntui.document.layout import laid_out
from nntui.document.limits import MAX_FILE_BYTES
from nntui.document.plain import plain_document
from nntui.model.experiment import Experiment


def save(experiment: Experiment, path: str | os.PathLike[str]) -> None:
    """Write an experiment as a document in the format nntui/1, atomically.

    Every neuron and connection is written with its number, so that ``load`` gives the very same
    experiment. Data from a CSV file or a generator stay a reference to it.

    Args:
        experiment: what to write.
        path: where; the folder must exist, an old file is replaced.

    Raises:
        DocumentError: the file cannot be written, or the experiment holds what a document cannot.
    """
    file = os.fsdecode(path)
    try:
        write_atomically(file, _encoded(experiment, folder_of(file)))
    except Fault as fault:
        raise DocumentError.of(fault, file) from None


def _encoded(experiment: Experiment, folder: str) -> bytes:
    check_texts(experiment.name, experiment.description)
    document = plain_document(experiment, folder)
    try:
        check_debugger(experiment.debugger)
        data = laid_out(document).encode()
    except UnicodeEncodeError:
        found = "a file name or text that is not Unicode"
        raise Fault("", found, "text that can be written as UTF-8") from None
    except (TypeError, ValueError, RecursionError) as error:
        # Everything else in a document was made by us: only this section is free-form.
        raise Fault("debugger", f"a value that is no JSON: {error}", "plain JSON values") from None
    if len(data) > MAX_FILE_BYTES:
        limit = MAX_FILE_BYTES // 2**20
        raise Fault("", f"an experiment of {len(data) // 2**20} MiB", f"at most {limit} MiB")
    return data
