"""Numbers of a model in fewer bits, as `ctranslate2.specs.model_spec.LayerSpec` does when it converts one."""

from enum import StrEnum

import numpy as np

from rtt.convert.weights import Variable, Weights
from rtt.errors import ModelError

_FLOATS = frozenset({"float32", "float16"})
_INT8_MAX = np.float32(127)
# So that the scale is still a number.
_LEAST = _INT8_MAX / np.finfo(np.float32).max


class Quantization(StrEnum):
    """How the weights of a model are kept; `compute_type` says how they are computed with."""

    INT8 = "int8"
    INT8_FLOAT16 = "int8_float16"
    FLOAT16 = "float16"
    FLOAT32 = "float32"


def quantization_of(weights: Weights) -> str:
    """Return the type of a model's matrices."""
    return weights.variables[weights.owner("decoder/projection/weight")].type


def quantise(weights: Weights, wanted: Quantization) -> None:
    """Change the matrices and vectors of a model of floats, in place. Raises ModelError where it has none."""
    if (there := quantization_of(weights)) not in _FLOATS:
        raise ModelError(f"quantization: {wanted.value}; the model is {there} already, and only floats can be changed")
    integers = wanted in {Quantization.INT8, Quantization.INT8_FLOAT16}
    float_type = "float32" if wanted in {Quantization.INT8, Quantization.FLOAT32} else "float16"
    for name, variable in list(weights.variables.items()):
        # Scalars are options, and whatever else is an integer counts something.
        if variable.type not in _FLOATS or not variable.array.ndim:
            continue
        if integers and name.endswith("/weight") and variable.array.ndim == 2:
            matrix = variable.array.astype(np.float32)
            largest = np.abs(matrix).max(axis=1)
            largest[largest == 0] = _INT8_MAX
            scale = _INT8_MAX / np.maximum(largest, _LEAST)
            weights.variables[name] = Variable("int8", np.rint(matrix * scale[:, None]).astype(np.int8))
            weights.variables[f"{name}_scale"] = Variable("float32", scale)
        else:
            weights.variables[name] = Variable(float_type, variable.array.astype(float_type))
