from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from rtt.convert.quantise import Quantization, quantise
from rtt.convert.weights import Variable, Weights, read_weights, write_weights
from rtt.errors import ModelError
from tests import small_models as small
from tests.folders import BUNDLED

NUMBERS = st.floats(-1000, 1000, width=32)
MATRICES = arrays.arrays(np.float32, arrays.array_shapes(min_dims=2, max_dims=2, max_side=8), elements=NUMBERS)


def test_a_model_that_is_read_and_written_is_the_same(tmp_path: Path) -> None:
    write_weights(read_weights(BUNDLED / "model.bin"), tmp_path / "model.bin")
    assert (tmp_path / "model.bin").read_bytes() == (BUNDLED / "model.bin").read_bytes()


def test_a_model_is_damaged_wherever_it_is_cut(tmp_path: Path) -> None:
    content = (small.ready(tmp_path / "model") / "model.bin").read_bytes()
    path = tmp_path / "cut.bin"
    for length in (0, 3, 4, 10, 22, 50, 100, len(content) // 2, len(content) - 1):
        path.write_bytes(content[:length])
        with pytest.raises(ModelError, match=f"{path}: .* damaged"):
            read_weights(path)


def test_another_version_is_told(tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(b"\x05\0\0\0")
    with pytest.raises(ModelError, match="binary version 5, not 6: it can be used as it is, but not be changed"):
        read_weights(tmp_path / "model.bin")


@given(MATRICES)
def test_a_quantised_row_is_off_by_half_a_step_at_most(matrix: np.ndarray) -> None:
    weights = Weights("TransformerSpec", 7, {"decoder/projection/weight": Variable("float32", matrix)}, {})
    quantise(weights, Quantization.INT8)
    rows = weights.variables["decoder/projection/weight"].array
    scales = weights.variables["decoder/projection/weight_scale"].array
    step = np.abs(matrix).max(axis=1, keepdims=True) / 127
    assert (np.abs(rows / scales[:, None] - matrix) <= step / 2 + 1e-3 * step + 1e-30).all()
