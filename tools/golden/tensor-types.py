"""Makes what the module tensor knows about types of tensors from the package gguf, which we did not write:

  tensor/src/main/resources/dev/lockstep/tensor/*.grid   the grids of the IQ types: an unsigned 16-bit number for each entry,
                                                         with the number of each value's level in 2 (IQ1, IQ2) or 3 bits (IQ3)
  tensor/src/test/resources/golden/*.blocks, *.f32       blocks from the files of ../shared/conformance, and what both
                                                         llama.cpp and the package expand them to

Run in the root of the repository with the package gguf 0.19 installed.
"""

import pathlib
import struct

import numpy
from gguf import GGUFReader, quants

MAIN = pathlib.Path("tensor/src/main/resources/dev/lockstep/tensor")
GOLDEN = pathlib.Path("tensor/src/test/resources/golden")
MODELS = pathlib.Path("../shared/conformance/models")
GRIDS = {"IQ1_S": 2, "IQ2_XXS": 2, "IQ2_XS": 2, "IQ2_S": 2, "IQ3_XXS": 3, "IQ3_S": 3}
TYPES = "IQ1_S IQ1_M IQ2_XXS IQ2_XS IQ2_S IQ3_XXS IQ3_S MXFP4 TQ1_0 TQ2_0".split()
ROWS = 4


def write_grid(name, bits):
    implementation = getattr(quants, name)
    implementation.init_grid()
    entries = implementation.grid.reshape(-1, implementation.grid.shape[-1])
    levels = sorted(set(entries.flatten().tolist()))
    packed = [sum(levels.index(value) << bits * i for i, value in enumerate(entry)) for entry in entries.tolist()]
    (MAIN / f"{name}.grid").write_bytes(struct.pack(f"<{len(packed)}H", *packed))
    print(name, len(packed), "entries of", levels)


def write_golden(name):
    reader = GGUFReader(MODELS / f"llama_k256-{name}.gguf")
    tensor = next(t for t in reader.tensors if t.name == "blk.0.attn_k.weight")
    assert tensor.tensor_type.name == name, tensor.tensor_type
    values = numpy.fromfile(MODELS / f"llama_k256-{name}.dequant.f32", dtype="<f4")
    rows = numpy.array(tensor.data)[:8]
    expanded = quants.dequantize(rows, tensor.tensor_type).flatten()
    assert (expanded == values).all(), name + ": the package and llama.cpp disagree"
    (GOLDEN / f"{name}.blocks").write_bytes(rows[:ROWS].tobytes())
    (GOLDEN / f"{name}.f32").write_bytes(values[: 256 * ROWS].tobytes())


for grid, width in GRIDS.items():
    write_grid(grid, width)
for kind in TYPES:
    write_golden(kind)
