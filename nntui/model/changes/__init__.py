"""Changes of an experiment: each is a function that makes another one and says what it did.

>>> edited = Edited.of(experiment).after(add_neuron(experiment, "h3", activation="tanh"))
>>> edited.undone().experiment is experiment
True
"""
