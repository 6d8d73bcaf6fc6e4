"""The layers of BERT as an ONNX graph with weights in whole numbers, and read back from it; for training alone."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[np.float32]]

Layer = Mapping[str, "Array"]
#: Arrays of a layer: in x out for the products, and vectors.
PARTS = (
    *("attend", "attend_bias", "join", "join_bias", "scale", "shift"),
    *("widen", "widen_bias", "narrow", "narrow_bias", "last_scale", "last_shift"),
)
EPSILON = 1e-12  #: of the layer norm of BERT
#: Of weights: seven bits, since sums of products of eight bits can overflow on processors without VNNI.
_LARGEST = 63
_OWN = "com.microsoft"  #: domain of the operators of ONNX Runtime


class _Graph:
    """Nodes and constants that are being put together."""

    def __init__(self, width: int, heads: int) -> None:
        self.width, self.heads = width, heads
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def constant(self, name: str, value: "np.ndarray[Any, Any]") -> str:
        """A constant of that name."""
        from onnx import numpy_helper

        self.constants.append(numpy_helper.from_array(value, name))
        return name

    def node(self, operator: str, inputs: Sequence[str], output: str, **more: Any) -> str:
        """A node with one output."""
        from onnx import helper

        self.nodes.append(helper.make_node(operator, list(inputs), [output], name=output, **more))
        return output

    def product(self, name: str, value: str, weights: "Array", bias: "Array") -> str:
        """Value @ weights + bias, the weights in whole numbers of eight bits with a scale for each column."""
        import numpy as np

        scale = np.maximum(np.abs(weights).max(axis=0) / _LARGEST, 1e-12).astype("float32")
        whole = np.round(weights / scale).astype("int8")
        inputs = [
            value,
            self.constant(f"{name} weights", whole),
            self.constant(f"{name} scale", scale),
            self.constant(f"{name} zero", np.zeros(len(scale), dtype="int8")),
            self.constant(f"{name} bias", bias),
        ]
        return self.node("DynamicQuantizeMatMul", inputs, name, domain=_OWN)

    def normed(self, name: str, one: str, other: str, scale: "Array", shift: "Array") -> str:
        """The layer norm of a sum, in plain operators: ONNX Runtime's own one is slower on one thread."""
        import numpy as np

        whole = self.node("Add", [one, other], f"{name} sum")
        mean = self.node("ReduceMean", [whole], f"{name} mean", axes=[-1])
        centred = self.node("Sub", [whole, mean], f"{name} centred")
        power = self.node("ReduceSumSquare", [centred], f"{name} power", axes=[-1])
        least = self.constant(f"{name} least", np.array(EPSILON * self.width, dtype="float32"))
        root = self.node("Sqrt", [self.node("Add", [power, least], f"{name} powered")], f"{name} root")
        ratio = self.node("Div", [centred, root], f"{name} ratio")
        factor = self.constant(f"{name} factor", (scale * self.width**0.5).astype("float32"))
        scaled = self.node("Mul", [ratio, factor], f"{name} scaled")
        return self.node("Add", [scaled, self.constant(f"{name} shift", shift)], name)

    def layer(self, number: int, value: str, parts: Layer) -> str:
        """One layer: attention, and two products with a GELU between."""
        import numpy as np

        n = str(number)
        whole = self.product(f"{n} attend", value, parts["attend"], parts["attend_bias"])
        sizes = self.constant(f"{n} sizes", np.full(3, self.width, dtype="int64"))
        names = [f"{n} query", f"{n} key", f"{n} value"]
        from onnx import helper

        self.nodes.append(helper.make_node("Split", [whole, sizes], names, name=f"{n} split", axis=-1))
        seen = self.node("MultiHeadAttention", names, f"{n} seen", domain=_OWN, num_heads=self.heads)
        joined = self.product(f"{n} join", seen, parts["join"], parts["join_bias"])
        first = self.normed(f"{n} first", joined, value, parts["scale"], parts["shift"])
        wide = self.product(f"{n} widen", first, parts["widen"], parts["widen_bias"])
        bent = self.node("Gelu", [wide], f"{n} bent", domain=_OWN)
        narrow = self.product(f"{n} narrow", bent, parts["narrow"], parts["narrow_bias"])
        return self.normed(f"{n} last", narrow, first, parts["last_scale"], parts["last_shift"])


def encoder_graph(scale: "Array", shift: "Array", layers: Sequence[Layer], heads: int) -> bytes:
    """The graph: "embedded" (1 x pieces x width) -> layer norm with `scale` and `shift` -> layers -> "vectors"."""
    import numpy as np
    from onnx import TensorProto, helper

    width = len(scale)
    graph = _Graph(width, heads)
    nothing = graph.constant("nothing", np.zeros(1, dtype="float32"))
    value = graph.normed("embedding", "embedded", nothing, scale, shift)
    for number, parts in enumerate(layers):
        value = graph.layer(number, value, parts)
    graph.node("Identity", [value], "vectors")
    ends = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, "pieces", width]) for name in ("embedded", "vectors")
    ]
    made = helper.make_graph(graph.nodes, "encoder", ends[:1], ends[1:], graph.constants)
    versions = [helper.make_opsetid("", 17), helper.make_opsetid(_OWN, 1)]
    return bytes(helper.make_model(made, opset_imports=versions, ir_version=8).SerializeToString(deterministic=True))


def graph_weights(graph: bytes) -> tuple["Array", "Array", list[dict[str, "Array"]]]:
    """What `encoder_graph` was given: scale, shift and layers, the weights as near as their whole numbers hold them."""
    import onnx
    from onnx import numpy_helper

    stored = onnx.load_from_string(graph).graph.initializer
    arrays = {constant.name: numpy_helper.to_array(constant) for constant in stored}
    layers: list[dict[str, Array]] = []
    while f"{len(layers)} attend weights" in arrays:
        n = len(layers)
        layer: dict[str, Array] = {}
        for part in ("attend", "join", "widen", "narrow"):
            layer[part] = arrays[f"{n} {part} weights"].astype("float32") * arrays[f"{n} {part} scale"]
            layer[f"{part}_bias"] = arrays[f"{n} {part} bias"]
        layer["scale"], layer["shift"] = _norm(arrays, f"{n} first")
        layer["last_scale"], layer["last_shift"] = _norm(arrays, f"{n} last")
        layers.append(layer)
    return *_norm(arrays, "embedding"), layers


def _norm(arrays: Mapping[str, "Array"], name: str) -> tuple["Array", "Array"]:
    """Scale and shift of a layer norm."""
    shift = arrays[f"{name} shift"]
    return arrays[f"{name} factor"] / len(shift) ** 0.5, shift
