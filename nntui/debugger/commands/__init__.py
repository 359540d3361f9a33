r"""The command language: one table of commands, run by the screen, by scripts and from Python.

    >>> interpreter = Interpreter(debugger)
    >>> interpreter.execute("step 10").text
    'position 10 of 11,600: epoch 0 · update 0 · example 0 · forward\n  a[h2] = tanh(…) = …'

``execute`` raises a ``CommandError`` where a command fails; ``reply`` has it in its ``Reply``. A
screen that must stay responsive runs long movements in bursts. ``prepare`` returns a ``Reply``
when the command is done, or a ``Movement`` when it moves:

    >>> answer = interpreter.prepare("continue")
    >>> if isinstance(answer, Movement):
    ...     while not answer.burst(0.012) and not key_pressed:
    ...         ...  # paint
    ...     answer = interpreter.finish(answer)  # a Reply; "paused" when it is not there yet
"""
