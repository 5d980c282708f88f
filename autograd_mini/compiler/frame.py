"""Frame: what compiled code is given, and the loop over tiles of examples that calls it.

A tile is a number of examples, side by side in memory, so many that the work on them is worth a call and so few
that they stay in cache. The machine code of a program, its *body*, is

    void body(ptr code, ptr slots, i64 bytes, ptr scalars, ptr frame, ptr sums)

It computes one tile: the inputs are where the table INS says, the results go where OUTS says, `bytes` long each,
a multiple of a vector. Columns that are not contiguous, and a last vector that is not full, pass through buffers;
the lanes beyond the last example hold copies of it. Its last vector has LANES of them, which alone are summed.
"""

from __future__ import annotations

from autograd_mini.compiler.writing import Function

# The entries of a frame, 64 bits each.
(
    ROWS,
    COLUMNS,
    STRIDES,
    PARAMETERS,
    RESULTS,
    PITCH,
    SUMS,
    TILE,
    GRAIN,
    SLOTS,
    SCALARS,
    CODE,
    INS,
    OUTS,
    IN_BUFFERS,
    OUT_BUFFERS,
    LANES,
    LANE_SUMS,
    INPUTS,
    OUTPUTS,
    PARAMETER_COUNT,
    BODY,
    CALLBACKS,
) = range(23)
SIZE = 24
ROWS_AT_A_TIME = 32  # so many rows of many columns are in cache
ARGUMENTS = (
    "ptr noalias %code, ptr noalias %slots, i64 %bytes, ptr noalias %scalars, ptr %frame, ptr noalias %sums"
)
PASSED = "ptr %code, ptr %slots, i64 %bytes, ptr %scalars, ptr %frame, ptr %sums"


def driver(width: int) -> str:
    """The text of `run(frame)`: for all rows, from the last to the first, tile by tile, the body is called.

    The first tile is the rows modulo GRAIN, or modulo TILE if there are none. With LANE_SUMS every lane has
    sums of its own, of which those beyond the last example are cleared after the first tile; they are added
    up at the end.
    """
    f = Function("define void @run(ptr %frame)", width)
    names = ("columns", "strides", "results", "pitch", "sums", "tile", "grain", "slots", "scalars", "code")
    places = (COLUMNS, STRIDES, RESULTS, PITCH, SUMS, TILE, GRAIN, SLOTS, SCALARS, CODE)
    integers = {"pitch", "tile", "grain"}
    get = {
        name: f.field("%frame", at, "i64" if name in integers else "ptr") for name, at in zip(names, places)
    }
    ins, outs = f.field("%frame", INS, "ptr"), f.field("%frame", OUTS, "ptr")
    in_buffers, out_buffers = f.field("%frame", IN_BUFFERS, "ptr"), f.field("%frame", OUT_BUFFERS, "ptr")
    inputs, outputs = f.field("%frame", INPUTS), f.field("%frame", OUTPUTS)
    lane_sums, body = f.field("%frame", LANE_SUMS, "ptr"), f.field("%frame", BODY, "ptr")
    parameters, parameter_count = f.field("%frame", PARAMETERS, "ptr"), f.field("%frame", PARAMETER_COUNT)
    rows = f.field("%frame", ROWS)
    has_lane_sums = f.let(f"icmp ne ptr {lane_sums}, null")
    summed = f.let(f"select i1 {has_lane_sums}, ptr {lane_sums}, ptr {get['sums']}")
    size = f.let(f"shl i64 {parameter_count}, 3")
    f.do(f"call void @llvm.memcpy.p0.p0.i64(ptr {get['scalars']}, ptr {parameters}, i64 {size}, i1 false)")
    f.do(f"call void @llvm.memset.p0.i64(ptr {get['sums']}, i8 0, i64 {size}, i1 false)")
    with f.when(has_lane_sums):
        all_lanes = f.let(f"mul i64 {size}, {width}")
        f.do(f"call void @llvm.memset.p0.i64(ptr {lane_sums}, i8 0, i64 {all_lanes}, i1 false)")

    left = f.let("alloca i64")
    f.store(rows, left, "i64")
    f.do("br label %next")
    f.label("next")
    now = f.load(left, "i64")
    some = f.let(f"icmp sgt i64 {now}, 0")
    f.do(f"br i1 {some}, label %tile, label %done")
    f.label("tile")
    size = f.let(f"srem i64 {now}, {get['grain']}")
    for otherwise in (f.let(f"srem i64 {now}, {get['tile']}"), get["tile"]):
        none = f.let(f"icmp eq i64 {size}, 0")
        size = f.let(f"select i1 {none}, i64 {otherwise}, i64 {size}")
    start = f.let(f"sub i64 {now}, {size}")
    f.store(start, left, "i64")
    up = f.let(f"add i64 {size}, {width - 1}")
    vectors = f.let(f"sdiv i64 {up}, {width}")
    padded = f.let(f"mul i64 {vectors}, {width}")
    full = f.let(f"icmp eq i64 {padded}, {size}")
    beyond = f.let(f"sub i64 {padded}, {size}")
    lanes = f.let(f"sub i64 {width}, {beyond}")
    f.store(lanes, f.at("%frame", LANES, "i64"), "i64")
    bytes_ = f.let(f"mul i64 {padded}, 8")

    def column(j: str) -> tuple[str, str, str, str]:
        """Where it starts in this tile, from where to where it goes on, its buffer, and whether it is needed."""
        stride = f.load(f.at(get["strides"], j, "i64"), "i64")
        first = f.at(f.load(f.at(get["columns"], j, "ptr"), "ptr"), f.let(f"mul i64 {start}, {stride}"), "i8")
        contiguous = f.let(f"icmp eq i64 {stride}, 8")
        needed = f.let(f"xor i1 {f.let(f'and i1 {contiguous}, {full}')}, true")
        return first, stride, f.at(in_buffers, f.let(f"mul i64 {j}, {get['tile']}")), needed

    with f.loop(inputs) as j:
        first, _, buffer, needed = column(j)
        where = f.let(f"select i1 {needed}, ptr {buffer}, ptr {first}")
        f.store(where, f.at(ins, j, "ptr"), "ptr")
    # A few rows of all columns at a time: in memory they may lie row by row.
    with f.loop(size, ROWS_AT_A_TIME) as row, f.loop(inputs) as j:
        first, stride, buffer, needed = column(j)
        with f.when(needed):
            rest = f.let(f"sub i64 {size}, {row}")
            is_last = f.let(f"icmp slt i64 {rest}, {ROWS_AT_A_TIME}")
            with f.loop(f.let(f"select i1 {is_last}, i64 {rest}, i64 {ROWS_AT_A_TIME}")) as i:
                here = f.let(f"add i64 {row}, {i}")
                x = f.load(f.at(first, f.let(f"mul i64 {here}, {stride}"), "i8"), "double")
                f.store(x, f.at(buffer, here), "double")
    with f.when(f.let(f"xor i1 {full}, true")), f.loop(inputs) as j:
        _, _, buffer, _ = column(j)
        x = f.load(f.at(buffer, f.let(f"sub i64 {size}, 1")), "double")
        with f.loop(beyond) as i:
            f.store(x, f.at(buffer, f.let(f"add i64 {size}, {i}")), "double")
    with f.loop(outputs) as j:
        line = f.at(get["results"], f.let(f"mul i64 {j}, {get['pitch']}"), "i8")
        buffer = f.at(out_buffers, f.let(f"mul i64 {j}, {get['tile']}"))
        first = f.at(line, start)
        where = f.let(f"select i1 {full}, ptr {first}, ptr {buffer}")
        f.store(where, f.at(outs, j, "ptr"), "ptr")
    f.do(
        f"call void {body}(ptr {get['code']}, ptr {get['slots']}, i64 {bytes_}, ptr {get['scalars']},"
        f" ptr %frame, ptr {summed})"
    )
    part = f.let(f"xor i1 {full}, true")
    with f.when(part):
        with f.loop(outputs) as j:
            first = f.at(f.at(get["results"], f.let(f"mul i64 {j}, {get['pitch']}"), "i8"), start)
            buffer = f.at(out_buffers, f.let(f"mul i64 {j}, {get['tile']}"))
            with f.loop(size) as i:
                f.store(f.load(f.at(buffer, i), "double"), f.at(first, i), "double")
        with f.when(has_lane_sums), f.loop(parameter_count) as k:
            place = f.at(lane_sums, k, f.number)
            f.store(kept(f, f.load(place), lanes), place)
    f.do("br label %next")

    f.label("done")
    with f.when(has_lane_sums), f.loop(parameter_count) as k:
        f.store(f.total(f.load(f.at(lane_sums, k, f.number))), f.at(get["sums"], k), "double")
    f.do("ret void")
    return str(f)


def kept(f: Function, x: str, lanes: str) -> str:
    """The first lanes of a vector, 0 in the others, whatever is in them."""
    if f.width == 1:
        return x
    all_lanes = f.let(f"insertelement <{f.width} x i64> poison, i64 {lanes}, i64 0")
    all_lanes = f.let(
        f"shufflevector <{f.width} x i64> {all_lanes}, <{f.width} x i64> poison, {f.zeros('i32')}"
    )
    own = "<" + ", ".join(f"i64 {i}" for i in range(f.width)) + ">"
    valid = f.let(f"icmp slt <{f.width} x i64> {own}, {all_lanes}")
    return f.let(f"select {f.truth} {valid}, {f.number} {x}, {f.number} zeroinitializer")
