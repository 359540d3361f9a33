"""Names that other libraries give to what nntui has: for ``did you mean``.

Every name is compared in lower case and without signs, so that ``LeakyReLU``, ``leaky-relu`` and
``leaky_relu`` are one, with or without ``loss`` at its end.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache
from typing import Final

_ALSO_CALLED: Final = {
    # losses
    "mse": "mean_squared mean_squared_error mean_square_error l2 squared quadratic rmse "
    "root_mean_squared_error mean_squared_logarithmic_error",
    "squared_error": "sse rss sum_squared_error sum_of_squared_errors sum_of_squares",
    "half_squared_error": "half_sse half_mse half_squared",
    "mae": "mean_absolute mean_absolute_error absolute_error absolute l1",
    "huber": "smooth_l1 smooth_mae huber_loss",
    "bce": "binary_crossentropy binary_cross_entropy logloss log_loss log logistic bernoulli",
    "cross_entropy": "crossentropy categorical_crossentropy categorical_cross_entropy cce ce xent "
    "sparse_categorical_crossentropy softmax_cross_entropy softmax_cross_entropy_with_logits nll "
    "negative_log_likelihood multinomial log_loss logloss",
    "bce_with_logits": "sigmoid_cross_entropy sigmoid_cross_entropy_with_logits "
    "binary_cross_entropy_with_logits binary_crossentropy_from_logits",
    # activations
    "linear": "identity none passthrough purelin id",
    "relu": "rectifier rectified_linear rectified_linear_unit ramp relu6 threshold",
    "leaky_relu": "lrelu prelu rrelu",
    "sigmoid": "logistic logsig expit sigm logistic_sigmoid σ",
    "tanh": "tansig hyperbolic_tangent tanhyp",
    "hard_tanh": "htanh clip",
    "silu": "swish",
    "elu": "selu celu exponential_linear",
    "gelu": "gelu_new",
    "sin": "sine",
    "square": "squared quadratic sqr",
    "step": "heaviside binary_step unit_step perceptron hard_limit hardlim threshold",
    "softplus": "smooth_relu",
    # optimizers
    "sgd": "gd gradient_descent stochastic_gradient_descent vanilla momentum nesterov",
    "adam": "adamax nadam amsgrad radam",
    "adamw": "adam_w adam_weight_decay",
    # initializers
    "xavier_uniform": "glorot_uniform glorot xavier",
    "xavier_normal": "glorot_normal",
    "he_uniform": "kaiming_uniform kaiming he",
    "he_normal": "kaiming_normal",
    "uniform": "random_uniform rand random",
    "normal": "random_normal randn gaussian gauss truncated_normal",
    "zeros": "zero",
    "constant": "ones one const",
    "torch_linear": "pytorch torch nn.linear default",
    # settings of functions
    "learning_rate": "lr eta step_size learning_rate_init learn_rate rate alpha",
    "lr_decay": "learning_rate_decay",
    "momentum": "mu",
    "beta1": "betas b1",
    "beta2": "b2",
    "alpha": "rho smoothing_constant decay rms_decay",
    "eps": "epsilon",
    "slope": "negative_slope alpha leak",
    "delta": "beta threshold",
    "std": "stddev sigma scale standard_deviation stdev",
    "mean": "mu loc",
    "low": "a min minval minimum lower",
    "high": "b max maxval maximum upper",
    "value": "val constant fill_value c",
    "weight": "class_weight class_weights weights",
    # training
    "loss": "criterion cost objective loss_function error",
    "optimizer": "optim optimiser solver algorithm",
    "batch_size": "batch minibatch minibatch_size mini_batch_size",
    "shuffle": "shuffled",
    "regularization": "regularisation regularizer penalty",
    "l2": "weight_decay lambda ridge l2_penalty",
    "l1": "lasso l1_penalty",
    "backpropagation": "backprop bp autograd analytic",
    "central_differences": "numeric numerical finite_differences central_difference differences",
    "epochs": "n_epochs num_epochs max_epochs max_iter iterations n_iter",
    "seed": "random_state random_seed manual_seed rng",
    # the document and its network
    "network": "model net architecture",
    "data": "dataset dataset_train",
    "training": "train hyperparameters trainer fit",
    "format": "version",
    "description": "comment notes about",
    "neurons": "nodes units vertices",
    "connections": "edges links synapses",
    "layers": "layer hidden_layer_sizes sizes",
    "initializer": "init initialization initialisation initialiser kernel_initializer",
    "size": "units neurons n nodes out_features width",
    "activation": "act function activation_function transfer nonlinearity",
    "bias": "use_bias",
    "biases": "bias_values intercepts bias b",
    "weights": "kernel coefs w matrix weight",
    "names": "labels",
    "name": "id label title",
    "role": "type kind",
    "source": "from src start",
    "target": "to dst dest destination end",
    "trainable": "requires_grad learnable train",
    # data
    "inputs": "x features input",
    "targets": "y labels outputs target output label t",
    "csv": "file path filename csv_file",
    "separator": "sep delimiter",
    "decimal": "decimal_separator decimal_point",
    "header": "headers has_header",
    "missing": "na_values na missing_values dropna",
    "samples": "n_samples count size examples points",
    "noise": "noise_level",
    "test_fraction": "test_size test_split validation_split test_ratio",
}

_SOFTMAX: Final = (
    "softmax is part of the loss cross_entropy: leave the outputs linear and use that loss"
)
_ADVICE: Final = (
    # names, one that must be among the known, what to do
    ("softmax log_softmax softmax_output", "linear", _SOFTMAX),
    ("softmax", "p", "the softmax of the outputs is p[…], with the loss cross_entropy"),
    ("dropout dropout_rate", "size", "nntui has no dropout: each step computes every neuron"),
    ("batch_norm batch_normalization", "size", "nntui has no batch normalization"),
    ("hinge hinge_loss", "bce_with_logits", "nntui has no hinge loss; bce_with_logits is near it"),
)

_PLACES: Final = {
    "training": "loss optimizer batch_size shuffle reduction gradient regularization epochs",
    "training.optimizer": "learning_rate momentum nesterov beta1 beta2 weight_decay decay_biases",
    "training.regularization": "l1 l2",
    "network": "neurons connections layers initializer",
    "data": "csv inputs targets generator samples noise test_fraction separator decimal missing",
}


def _key(name: str) -> str:
    bare = re.sub(r"[\W_]+", "", name.casefold())
    return bare.removesuffix("loss") or bare


@cache
def _rights() -> dict[str, dict[str, None]]:
    """List the right names by each alias, in the order of the table."""
    rights: dict[str, dict[str, None]] = {}
    for right, others in _ALSO_CALLED.items():
        for other in others.split():
            rights.setdefault(_key(other), {})[right] = None
    return rights


def called(name: str, names: Collection[str]) -> list[str]:
    """Find those of ``names`` that other libraries call ``name``: none, one or several."""
    alike = [known for known in names if _key(known) == _key(name)]
    return alike or [right for right in _rights().get(_key(name), ()) if right in names]


def advice(name: str, names: Collection[str]) -> str:
    """Say what to do in place of a name that nntui has nothing for; nothing where it knows none."""
    for others, among, words in _ADVICE:
        if among in names and _key(name) in map(_key, others.split()):
            return words
    return ""


def belongs(key: str, known: Collection[str]) -> str:
    """Say where in a document a key belongs that stands in the wrong place."""
    for place, names in _PLACES.items():
        for right in called(key, names.split()):
            if right not in known:
                return f'"{right}" belongs in "{place}"'
    return ""
