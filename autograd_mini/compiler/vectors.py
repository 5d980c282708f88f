"""Elementary functions for LLVM: the text of their definitions, for vectors of doubles.

LLVM leaves `exp` to the C library, one number at a time. Here the functions are formulas without a branch, read
in an arithmetic whose numbers are SSA names: reading a formula writes the instructions of its definition. Results
are within 2 ulp, and those of IEEE-754 at nan, ±inf, -0.0, subnormal numbers and overflow. A function without a
formula is the C library's, called for each lane; so are all of them where results are to be those of `math` to
the last bit (`exact`).

The polynomials are Chebyshev interpolants, computed by mpmath at sixty digits; a test computes them again.
"""

from __future__ import annotations

import math
import struct
import sys
from typing import TYPE_CHECKING

from autograd_mini.engine.arithmetic import INF, NAN

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    Formula = Callable[..., "Number"]
    Pair = tuple["Number", "Number"]  # a number in two parts: what is rounded, and what it lost


# The arithmetic


def _operator(*, swapped: bool = False, **instructions: str) -> Callable[[Number, Any], Number]:
    """The method that writes the instruction for operands of its kind: double, i64 or i1."""

    def method(x: Number, y: Any) -> Number:
        y = x.body.lift(y, x.kind)
        x, y = (y, x) if swapped else (x, y)
        instruction = instructions[x.kind]
        kind = "i1" if "cmp" in instruction else x.kind
        return x.body.write(kind, f"{instruction} {x.body.type(x.kind)} {x.name}, {y.name}")

    return method


class Number:
    """A vector of doubles (or of integers, or of truth values) that some instruction has computed."""

    __slots__ = ("body", "kind", "name")

    def __init__(self, body: Body, kind: str, name: str) -> None:
        self.body, self.kind, self.name = body, kind, name

    __add__ = _operator(double="fadd", i64="add")
    __radd__ = _operator(double="fadd", i64="add", swapped=True)
    __sub__ = _operator(double="fsub", i64="sub")
    __rsub__ = _operator(double="fsub", i64="sub", swapped=True)
    __mul__ = _operator(double="fmul")
    __rmul__ = _operator(double="fmul", swapped=True)
    __truediv__ = _operator(double="fdiv")
    __rtruediv__ = _operator(double="fdiv", swapped=True)
    __mod__ = _operator(double="frem")  # that of C: the sign is that of the first operand
    __lt__ = _operator(double="fcmp olt")
    __le__ = _operator(double="fcmp ole")
    __gt__ = _operator(double="fcmp ogt")
    __ge__ = _operator(double="fcmp oge")
    __and__ = _operator(i64="and", i1="and")
    __or__ = _operator(i64="or", i1="or")
    __xor__ = _operator(i64="xor", i1="xor")
    __lshift__ = _operator(i64="shl")
    __rshift__ = _operator(i64="lshr")

    def __neg__(self) -> Number:
        return self.body.write("double", f"fneg {self}")

    def __abs__(self) -> Number:
        return self.body.intrinsic("fabs", self)

    def __str__(self) -> str:
        """An operand as LLVM writes it, the type before the name."""
        return f"{self.body.type(self.kind)} {self.name}"


class Body:
    """The instructions of one function, and the arithmetic in which its formula is read."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.lines: list[str] = []
        self.names = 0
        self.block = "entry"  # the basic block that is being written
        self.declarations: set[str] = set()  # of the C library; LLVM knows its own functions
        self.calls: set[str] = set()  # functions of ours

    def type(self, kind: str) -> str:
        return kind if self.width == 1 else f"<{self.width} x {kind}>"

    def write(self, kind: str, instruction: str) -> Number:
        self.names += 1
        self.lines.append(f"  %{self.names} = {instruction}")
        return Number(self, kind, f"%{self.names}")

    def lift(self, x: Any, kind: str = "double") -> Number:
        """A constant of all lanes; doubles by their bits, since LLVM takes no rounded decimals."""
        if isinstance(x, Number):
            return x
        lane = f"0x{struct.unpack('>Q', struct.pack('>d', x))[0]:016X}" if kind == "double" else str(int(x))
        return Number(self, kind, lane if self.width == 1 else f"splat ({kind} {lane})")

    def intrinsic(self, name: str, *operands: Any) -> Number:
        """A function that LLVM has for every machine."""
        full = f"@llvm.{name}." + ("f64" if self.width == 1 else f"v{self.width}f64")
        xs = ", ".join([str(self.lift(x)) for x in operands])
        return self.write("double", f"call {self.type('double')} {full}({xs})")

    def fma(self, x: Any, y: Any, z: Any) -> Number:
        """The sum x y + z, rounded once."""
        return self.intrinsic("fma", x, y, z)

    def muladd(self, x: Any, y: Any, z: Any) -> Number:
        """The sum x y + z, rounded once or twice: what is faster."""
        return self.intrinsic("fmuladd", x, y, z)

    def sqrt(self, x: Any) -> Number:
        return self.intrinsic("sqrt", x)

    def floor(self, x: Any) -> Number:
        return self.intrinsic("floor", x)

    def copysign(self, x: Any, y: Any) -> Number:
        return self.intrinsic("copysign", x, y)

    def equal(self, x: Number, y: Any) -> Number:
        return self.write("i1", f"fcmp oeq {x}, {self.lift(y).name}")

    def is_odd(self, n: Number) -> Number:
        return self.write("i1", f"trunc {n} to {self.type('i1')}")

    def is_nan(self, x: Number) -> Number:
        return self.write("i1", f"fcmp uno {x}, {x.name}")

    def where(self, condition: Number, x: Any, y: Any) -> Number:
        return self.write("double", f"select {condition}, {self.lift(x)}, {self.lift(y)}")

    def clip(self, x: Number, low: float, high: float) -> Number:
        """Each x, or the bound it is beyond; nan stays nan."""
        x = self.where(x > high, high, x)
        return self.where(x < low, low, x)

    def bits(self, x: Number) -> Number:
        return self.write("i64", f"bitcast {x} to {self.type('i64')}")

    def from_bits(self, n: Number) -> Number:
        return self.write("double", f"bitcast {n} to {self.type('double')}")

    def horner(self, x: Number, coefficients: Sequence[float]) -> Any:
        """The polynomial c₀ + c₁ x + c₂ x² + …"""
        total: Any = coefficients[-1]
        for c in coefficients[-2::-1]:
            total = self.muladd(total, x, c)
        return total

    def polynomial(self, x: Number, coefficients: Sequence[float]) -> Number:
        """The same in half the time where one number waits: even and odd powers side by side."""
        square = x * x
        even, odd = coefficients[::2], coefficients[1::2]
        return self.muladd(self.horner(square, odd), x, self.horner(square, even))

    def call(self, name: str, *xs: Number) -> Number:
        """Another of these functions."""
        self.calls.add(name)
        return self.write(
            "double", f"call {self.type('double')} {symbol(name, self.width)}({', '.join(map(str, xs))})"
        )

    def each_lane(self, name: str, *xs: Number) -> Number:
        """The function of the C library, lane by lane.

        `nobuiltin`: LLVM would replace pow(x, 2.0) by x * x, whose last bit can be another.
        """
        kinds = ", ".join(["double"] * len(xs))
        self.declarations.add(f"declare double @{name}({kinds}) nounwind willreturn memory(none)")
        if self.width == 1:
            return self.write("double", f"call double @{name}({', '.join(map(str, xs))}) nobuiltin")
        z = Number(self, "double", "poison")
        for lane in range(self.width):
            numbers = [self.write("double", f"extractelement {x}, i64 {lane}").name for x in xs]
            arguments = ", ".join(f"double {number}" for number in numbers)
            result = self.write("double", f"call double @{name}({arguments}) nobuiltin")
            z = self.write("double", f"insertelement {z}, double {result.name}, i64 {lane}")
        return z

    def otherwise(self, rare: Number, usual: Number, formula: Callable[[], Number]) -> Number:
        """The usual result, and that of the formula in the lanes that are rare; read only where there is one."""
        some = rare
        if self.width > 1:
            some = self.write("i1", f"call i1 @llvm.vector.reduce.or.v{self.width}i1({rare})")
        before, inside, after = self.block, f"rare{self.names}", f"after{self.names}"
        self.lines += [f"  br i1 {some.name}, label %{inside}, label %{after}", f"{inside}:"]
        self.block = inside
        mixed = self.where(rare, formula(), usual)
        self.lines += [f"  br label %{after}", f"{after}:"]
        self.block, inside = after, self.block
        ends = f"[ {usual.name}, %{before} ], [ {mixed.name}, %{inside} ]"
        return self.write("double", f"phi {self.type('double')} {ends}")


# Powers of two. Adding 1.5 · 2^52 rounds to a whole number, which is then in the low bits, beside what else was
# added: the bias of the exponent, so that these bits, shifted, are a power of two.

_WHOLE = 1.5 * 2.0**52
_BIAS = 1023


def _power_of_two(xp: Body, k: Number) -> Number:
    """2^k for a whole k from -1022 to 1023."""
    return xp.from_bits(xp.bits(k + (_WHOLE + _BIAS)) << 52)


def _nearest(xp: Body, x: Number, factor: float) -> tuple[Number, Number]:
    """The whole number k next to the product, and k + 2 biases as an integer, in its low bits."""
    shifted = xp.muladd(x, factor, _WHOLE + 2 * _BIAS)
    return shifted - (_WHOLE + 2 * _BIAS), xp.bits(shifted)


def _sum(x: Number, y: Any) -> Pair:
    """The rounded sum, and what it lost (Knuth)."""
    total = x + y
    kept = total - x
    return total, (x - (total - kept)) + (y - kept)


def _ordered_sum(x: Number, y: Number) -> Pair:
    """The same where |x| ≥ |y|, or x is 0 (Dekker)."""
    total = x + y
    return total, (x - total) + y


def _quotient(xp: Body, x: Pair, y: Pair, inverse: Number) -> Pair:
    """The quotient of two numbers of two parts, from about 1 / y."""
    z = x[0] * inverse
    return z, (xp.fma(-z, y[0], x[0]) + xp.muladd(-z, y[1], x[1])) * inverse


def _scaled(xp: Body, x: Number, n: Number) -> Number:
    """The product x 2^k by two factors, so that what overflows is inf, and what is subnormal is rounded once."""
    half = n >> 1
    return x * xp.from_bits(half << 52) * xp.from_bits((n - half) << 52)


# exp and its family. x = k ln 2 + r, |r| ≤ ln 2 / 2, with ln 2 in two parts (Cody and Waite): k times the first
# is exact. exp(r) = 1 + r + r² P(r).

_LOG2E = 1.4426950408889634
_LN2_HIGH, _LN2_LOW = 0.6931471803691238, 1.9082149292705877e-10
EXP = (
    0.5, 0.1666666666666667, 0.04166666666666667, 0.008333333333325551, 0.0013888888888883332,
    0.00019841269876840357, 2.480158732699005e-05, 2.755725286336732e-06, 2.755727183153613e-07,
    2.5106262550879078e-08, 2.0915433598076003e-09,
)  # fmt: skip


def _exp_split(xp: Body, x: Number) -> tuple[Number, Number, Number]:
    """The y of exp(x) = 2^k y, k, and the bits of k."""
    k, n = _nearest(xp, x, _LOG2E)
    r = xp.muladd(k, -_LN2_LOW, xp.muladd(k, -_LN2_HIGH, x))
    return 1.0 + xp.muladd(r * r, xp.polynomial(r, EXP), r), k, n


def _exp(xp: Body, x: Number) -> Number:
    y, _, n = _exp_split(xp, xp.clip(x, -760.0, 720.0))
    return _scaled(xp, y, n)


def _exp_parts(xp: Body, x: Number, lost: Number, whole: Number) -> Pair:
    """The sum whole + expm1(x + lost) for |x| ≤ ln 2 / 2, in two parts."""
    r, low = _ordered_sum(x, lost)
    high, error = _ordered_sum(whole, r)
    return _ordered_sum(high, error + xp.muladd(r * r, xp.polynomial(r, EXP), xp.muladd(low, r, low)))


def _expm1_parts(xp: Body, x: Number) -> tuple[Pair, Number, Number]:
    """The y of expm1(x) = 2^k y in two parts, the bits of k, and 2^-k."""
    k, n = _nearest(xp, x, _LOG2E)
    small = _power_of_two(xp, -xp.where(k > 64.0, 64.0, k))
    return _exp_parts(xp, xp.muladd(k, -_LN2_HIGH, x), k * -_LN2_LOW, 1.0 - small), n, small


def _expm1(xp: Body, x: Number) -> Number:
    (y, _), n, _ = _expm1_parts(xp, xp.clip(x, -40.0, 720.0))
    return xp.copysign(_scaled(xp, y, n), x)  # -0.0 is -0.0


def _tanh(xp: Body, x: Number) -> Number:
    """(e - 1) / (e + 1) with e = exp(2|x|), both divided by 2^k."""
    (y, low), _, small = _expm1_parts(xp, xp.clip(abs(x) * 2.0, 0.0, 44.0))
    twice = small * 2.0
    over = y > twice
    divisor, divisor_low = _ordered_sum(xp.where(over, y, twice), xp.where(over, twice, y))
    z, z_low = _quotient(xp, (y, low), (divisor, divisor_low + low), 1.0 / divisor)
    return xp.copysign(z + z_low, x)


# sinh(x) = x + x³ P(x²) for |x| < 1.

SINH = (
    0.16666666666666666, 0.008333333333333299, 0.00019841269841324198, 2.7557319191381816e-06,
    2.5052117695907823e-08, 1.6057679623801638e-10, 7.746178593018827e-13,
)  # fmt: skip


def _half_exp(xp: Body, x: Number) -> Number:
    """Half of exp(|x|), which overflows later."""
    y, _, n = _exp_split(xp, xp.clip(abs(x), 0.0, 720.0))
    return _scaled(xp, y * 0.5, n)


def _sinh(xp: Body, x: Number) -> Number:
    half, z = _half_exp(xp, x), x * x
    return xp.where(
        abs(x) < 1.0,
        xp.muladd(x * z, xp.polynomial(z, SINH), x),
        xp.copysign(half - 0.25 / half, x),
    )


def _cosh(xp: Body, x: Number) -> Number:
    half = _half_exp(xp, x)
    return half + 0.25 / half


# log and its family. x = 2^k (1 + f), √½ ≤ 1 + f < √2; with s = f / (2 + f), log(1 + f) = 2 artanh(s)
# = f - f²/2 + s (f²/2 + R), R = s² P(s²), as in fdlibm's e_log.c.

_SQRT_HALF = 0x3FE6A09E667F3BCD  # the bits of √½, rounded up
_ONE = 0x3FF0000000000000
_MANTISSA, _EXPONENT = 0x000FFFFFFFFFFFFF, 0x7FF0000000000000
_INTEGERS = 0x4330000000000000  # the bits of 2^52
_TINY = 2.0**-1022
LOG = (
    0.666666666666667, 0.3999999999988721, 0.2857142863149868, 0.2222221024179833, 0.18182953568471374,
    0.15329599853096998, 0.14642427179098602,
)  # fmt: skip


def _split(xp: Body, x: Number) -> tuple[Number, Number]:
    """The k and f of a normal x."""
    shifted = xp.bits(x) + (_ONE - _SQRT_HALF)
    k = xp.from_bits((shifted >> 52) | _INTEGERS) - (2.0**52 + _BIAS)
    return k, xp.from_bits((shifted & _MANTISSA) + _SQRT_HALF) - 1.0


def _split_all(xp: Body, x: Number) -> tuple[Number, Number]:
    """The k and f of any positive x; subnormal ones are scaled."""
    subnormal = x < _TINY
    k, f = _split(xp, xp.where(subnormal, x * 2.0**54, x))
    return k - xp.where(subnormal, 54.0, 0.0), f


def _log_rest(xp: Body, f: Number) -> tuple[Number, Number]:
    """The h and q of log(1 + f) = f - (h - q)."""
    half_square = f * f * 0.5
    s = f / (f + 2.0)
    z = s * s
    return half_square, s * xp.muladd(z, xp.polynomial(z, LOG), half_square)


def _where_positive(xp: Body, x: Number, result: Number) -> Number:
    """The result of a logarithm for 0 < x < inf, and what it is elsewhere."""
    special = xp.where(x < 0.0, NAN, xp.where(xp.equal(x, 0.0), -INF, x))
    return xp.where((x > 0.0) & (x < INF), result, special)


def _log(xp: Body, x: Number) -> Number:
    k, f = _split_all(xp, x)
    h, q = _log_rest(xp, f)
    return _where_positive(xp, x, xp.muladd(k, _LN2_HIGH, f - (h - xp.muladd(k, _LN2_LOW, q))))


def _log1p(xp: Body, x: Number) -> Number:
    """The logarithm of u = 1 + x, and what u lost by rounding, divided by u."""
    u, lost = _sum(x, 1.0)
    k, f = _split(xp, u)
    near = xp.equal(k, 0.0)
    f = xp.where(near, x, f)
    small = _power_of_two(xp, -xp.where(k > 64.0, 64.0, k))
    lost = xp.where(near, 0.0, lost * small) * (1.0 - f * (1.0 - f))  # the last is about 1 / (1 + f)
    h, q = _log_rest(xp, f)
    z = xp.muladd(k, _LN2_HIGH, f - (h - (q + xp.muladd(k, _LN2_LOW, lost))))
    return xp.copysign(_where_positive(xp, u, z), x)


def _logarithm(xp: Body, x: Number, per_e: tuple[float, float], per_two: tuple[float, float]) -> Number:
    """The logarithm to a base whose logarithms of e and of 2 are given, each in two parts."""
    k, f = _split_all(xp, x)
    h, q = _log_rest(xp, f)
    product = f * per_e[0]
    rest = xp.fma(f, per_e[0], -product) + xp.muladd(f, per_e[1], (q - h) * per_e[0])
    z, error = _ordered_sum(k * per_two[0], product)
    return _where_positive(xp, x, z + (error + xp.muladd(k, per_two[1], rest)))


def _log2(xp: Body, x: Number) -> Number:
    return _logarithm(xp, x, (_LOG2E, 2.0355273740931033e-17), (1.0, 0.0))


def _log10(xp: Body, x: Number) -> Number:
    return _logarithm(
        xp, x, (0.4342944819032518, 1.098319650216765e-17), (0.30102999566361177, 3.694239077158931e-13)
    )


# pow(x, y) = exp(y log x), the logarithm with ten bits more than a double has: 2 artanh(s) = 2s + s³ (2/3 +
# s² P(s²)), all in two parts. Where x is not positive, or something is infinite or nan, the C library is asked.

_TWO_THIRDS = (0.6666666666666666, 3.700743415417188e-17)
POW = (
    0.4000000000000003, 0.28571428571327545, 0.22222222276025397, 0.1818180745160772, 0.1538563223309775,
    0.13284066451807616, 0.12936768831342713,
)  # fmt: skip


def _product(xp: Body, x: Pair, y: Pair) -> Pair:
    z = x[0] * y[0]
    return z, xp.fma(x[0], y[0], -z) + xp.muladd(x[0], y[1], x[1] * y[0])


def _long_log(xp: Body, x: Number) -> Pair:
    """The logarithm of a positive x in two parts."""
    k, f = _split_all(xp, x)
    divisor = _ordered_sum(xp.lift(2.0), f)
    s = _quotient(xp, (f, xp.lift(0.0)), divisor, 1.0 / divisor[0])
    z = _product(xp, s, s)
    factor, low = _ordered_sum(xp.lift(_TWO_THIRDS[0]), z[0] * xp.polynomial(z[0], POW))
    cube = _product(xp, _product(xp, s, z), (factor, low + _TWO_THIRDS[1]))
    high, low = _ordered_sum(s[0] * 2.0, cube[0])
    low = low + xp.muladd(s[1], 2.0, cube[1])
    total, error = _ordered_sum(k * _LN2_HIGH, high)
    return _ordered_sum(total, error + xp.muladd(k, _LN2_LOW, low))


def _pow(xp: Body, x: Number, y: Number) -> Number:
    log, log_low = _long_log(xp, x)
    product, low = _product(xp, (log, log_low), (y, xp.lift(0.0)))
    clipped = xp.clip(product, -760.0, 720.0)
    low = xp.where(xp.equal(clipped, product), low, 0.0)
    k, n = _nearest(xp, clipped, _LOG2E)
    z, _ = _exp_parts(xp, xp.muladd(k, -_LN2_HIGH, clipped), xp.muladd(k, -_LN2_LOW, low), xp.lift(1.0))
    usual = (x > 0.0) & (x < INF) & (abs(y) < INF)
    return xp.otherwise(usual ^ True, _scaled(xp, z, n), lambda: xp.call("libm.pow", x, y))


# sin, cos and tan. x = k π/2 + r with π/2 in three parts: the difference of the first is exact by fma, and all digits
# are there while |x| ≤ 2^30; beyond, the C library is asked. sin(r) = r + r³ S(r²), cos(r) = 1 - r²/2 + r⁴ C(r²).

_FAR = 2.0**30
_HALF_PI = (1.5707963267948966, 6.123233995736766e-17, -1.4973849048591698e-33)
SIN = (
    -0.16666666666666666, 0.008333333333330887, -0.0001984126983666588, 2.755731605459391e-06,
    -2.5051121875169608e-08, 1.5917412836707387e-10,
)  # fmt: skip
COS = (
    0.041666666666666664, -0.0013888888888887359, 2.48015872987077e-05, -2.755731724172776e-07,
    2.0876140031390975e-09, -1.138218421447753e-11,
)  # fmt: skip


def _quarter_turns(xp: Body, x: Number) -> tuple[Pair, Pair, Number]:
    """The sine and the cosine of what is left of x after k quarter turns, and k in the low bits."""
    shifted = xp.muladd(x, 2.0 / math.pi, _WHOLE)
    k = shifted - _WHOLE
    second = k * _HALF_PI[1]
    r, low = _sum(xp.fma(-k, _HALF_PI[0], x), -second)
    low = low - xp.muladd(k, _HALF_PI[2], xp.fma(k, _HALF_PI[1], -second))
    z, half = r * r, r * r * 0.5
    sine = _ordered_sum(r, xp.muladd(z * r, xp.polynomial(z, SIN), low - low * half))
    most, rest = _ordered_sum(xp.lift(1.0), -half)
    cosine = _ordered_sum(most, rest + xp.muladd(z * z, xp.polynomial(z, COS), -(r * low)))
    return sine, cosine, xp.bits(shifted)


def _signed(xp: Body, x: Number, quadrant: Number) -> Number:
    """-x in the third and the fourth quadrant."""
    return xp.from_bits(xp.bits(x) ^ ((quadrant & 2) << 62))


def _sin(xp: Body, x: Number) -> Number:
    (sine, _), (cosine, _), n = _quarter_turns(xp, x)
    z = _signed(xp, xp.where(xp.is_odd(n), cosine, sine), n)
    return xp.otherwise(abs(x) > _FAR, xp.where(xp.equal(x, 0.0), x, z), lambda: xp.call("libm.sin", x))


def _cos(xp: Body, x: Number) -> Number:
    (sine, _), (cosine, _), n = _quarter_turns(xp, x)
    z = _signed(xp, xp.where(xp.is_odd(n), sine, cosine), n + 1)
    return xp.otherwise(abs(x) > _FAR, z, lambda: xp.call("libm.cos", x))


def _tan(xp: Body, x: Number) -> Number:
    sine, cosine, n = _quarter_turns(xp, x)
    odd = xp.is_odd(n)
    over = [xp.where(odd, -c, s) for s, c in zip(sine, cosine)]
    under = [xp.where(odd, s, c) for s, c in zip(sine, cosine)]
    z, low = _quotient(xp, (over[0], over[1]), (under[0], under[1]), 1.0 / under[0])
    return xp.otherwise(abs(x) > _FAR, xp.where(xp.equal(x, 0.0), x, z + low), lambda: xp.call("libm.tan", x))


# arctan(x) = arctan(c) + arctan(t), t = (x - c) / (1 + c x), for the c that is near, as in fdlibm's s_atan.c:
# then |t| ≤ 7/16, and arctan(t) = t + t³ P(t²).

_ARCTANS = (  # from where on, c, and its arctangent in two parts
    (0.4375, 0.5, 0.4636476090008061, 2.2698777452961687e-17),
    (0.6875, 1.0, 0.7853981633974483, 3.061616997868383e-17),
    (1.1875, 1.5, 0.982793723247329, 1.3903311031230998e-17),
    (2.4375, INF, 1.5707963267948966, 6.123233995736766e-17),
)
ARCTAN = (
    -0.33333333333333326, 0.1999999999998777, -0.1428571428314864, 0.11111110900560475,
    -0.09090900195560148, 0.07692087348767168, -0.06663239299107136, 0.05847724720645106,
    -0.05033942776485848, 0.03782521866106712, -0.017547235157290005,
)  # fmt: skip


def _arctan(xp: Body, x: Number) -> Number:
    a = abs(x)
    over, under = a, xp.lift(1.0)
    base, low = xp.lift(0.0), xp.lift(0.0)
    for start, c, high_part, low_part in _ARCTANS:
        here = a >= start
        over = xp.where(here, a - c if c < INF else -1.0, over)
        under = xp.where(here, xp.muladd(a, c, 1.0) if c < INF else a, under)
        base, low = xp.where(here, high_part, base), xp.where(here, low_part, low)
    t = over / under
    z = t * t
    return xp.copysign(base + (t + xp.muladd(t * z, xp.polynomial(z, ARCTAN), low)), x)


# erf(x) = x + x P(x²) for |x| < 1, and 1 - exp(-x²) P(1 / (x + 2)) from there to 6. erfc(a) = exp(-a²) (1 + t P(q))
# / (1 + 2a) for a ≥ 0, with t = a / (a + 4) and q = 2t - 1, after Shepherd and Laframboise (1981): one polynomial
# for all a. The digits that a², the exponential and the quotient lose are kept, as all of them show in the tail.

ERF = (
    0.1283791670955126, -0.3761263890318375, 0.11283791670954879, -0.026866170645076792,
    0.0052239776248180145, -0.000854832698083379, 0.0001205533111164271, -1.4925595266831182e-05,
    1.6461000484121368e-06, -1.6350312701054695e-07, 1.4659775274047436e-08, -1.1372848856791674e-09,
    5.957176147748911e-11,
)  # fmt: skip
TAIL = (
    1.6242284740077591e-07, 0.5641771458640458, 1.1288205669506493, 1.9650380653313524, 2.965062607613792,
    1.112927254027886, 12.469269695695969, -86.0235241240357, 356.0254348102813, -1304.8727117633393,
    3393.7192897611894, -5751.745781926398, 6141.244973872164, -3802.3193399400056, 1051.4775993545124,
)  # fmt: skip
ERFC = (
    0.465990237251105, -0.7452324709322302, 0.7759917751374706, -0.6397976666280594, 0.4377195345554047,
    -0.2502538645596081, 0.11759313293597198, -0.04325810184647119, 0.010862633725407323,
    -0.0007986938989819818, -0.0007168526751761288, 0.00031833998278657787, -1.7096454992885094e-05,
    -3.1704317637505294e-05, 9.259103855592433e-06, 2.1652580954874446e-06, -1.5740789618667658e-06,
    -8.273968037788598e-08, 2.2598658982747923e-07, -2.4493994042639577e-09, -2.8016413675015326e-08,
    -1.5968399067769786e-10, 1.8568190642048206e-09,
)  # fmt: skip


def _erfc(xp: Body, x: Number) -> Number:
    a = xp.clip(abs(x), 0.0, 28.0)
    square = a * a
    k, n = _nearest(xp, -square, _LOG2E)
    lost = -xp.muladd(k, _LN2_LOW, xp.fma(a, a, -square))
    y, y_low = _exp_parts(xp, -xp.muladd(k, _LN2_HIGH, square), lost, xp.lift(1.0))
    divisor, other = xp.muladd(a, 2.0, 1.0), a + 4.0
    inverse = 1.0 / (divisor * other)
    t = a * (divisor * inverse)
    slope = xp.horner(t * 2.0 - 1.0, ERFC)  # not by even and odd powers, as their sums would cancel
    over = xp.muladd(t, slope, 1.0)
    over_low, divisor_low = xp.fma(t, slope, 1.0 - over), xp.fma(a, 2.0, 1.0 - divisor)
    q, q_low = _quotient(xp, (over, over_low), (divisor, divisor_low), inverse * other)
    z = y * q
    z = _scaled(xp, z + (xp.fma(y, q, -z) + xp.muladd(y, q_low, y_low * q)), n)
    return xp.where(x < 0.0, 2.0 - z, z)


def _erf(xp: Body, x: Number) -> Number:
    a = xp.clip(abs(x), 0.0, 6.0)
    y, k, _ = _exp_split(xp, -(a * a))
    tail = y * _power_of_two(xp, k) * xp.polynomial(1.0 / (a + 2.0), TAIL)
    return xp.where(abs(x) < 1.0, xp.muladd(x, xp.polynomial(x * x, ERF), x), xp.copysign(1.0 - tail, x))


# Functions of Python's floats


def _div(_: Body, x: Number, y: Number) -> Number:
    return x / y


def _maximum(xp: Body, x: Number, y: Number) -> Number:
    return xp.where((x >= y) | xp.is_nan(x), x, y)


def _minimum(xp: Body, x: Number, y: Number) -> Number:
    return xp.where((x <= y) | xp.is_nan(x), x, y)


def _python_remainder(x: Number, y: Number) -> tuple[Number, Number]:
    """The remainder of C, and whether Python's is the next one, of the sign of y."""
    remainder = x % y
    return remainder, ((remainder < 0.0) ^ (y < 0.0)) & (abs(remainder) > 0.0)


def _mod(xp: Body, x: Number, y: Number) -> Number:
    remainder, other_sign = _python_remainder(x, y)
    z = xp.where(other_sign, remainder + y, remainder)
    return xp.where(xp.equal(z, 0.0) & (abs(y) > 0.0), xp.copysign(0.0, y), z)


def _floor_divide(xp: Body, x: Number, y: Number) -> Number:
    """CPython's: the quotient without the remainder, rounded down, and mended where it was just below."""
    remainder, other_sign = _python_remainder(x, y)
    quotient = (x - remainder) / y
    quotient = quotient - xp.where(other_sign, 1.0, 0.0)
    floor = xp.floor(quotient)
    z = xp.where(quotient - floor > 0.5, floor + 1.0, floor)
    z = xp.where(xp.equal(quotient, 0.0), xp.copysign(0.0, x / y), z)
    return xp.where(xp.equal(y, 0.0), x / y, z)


def _hypot(xp: Body, x: Number, y: Number) -> Number:
    """CPython's, which is not that of the C library: nearly always the true length, correctly rounded.

    Both are scaled by a power of two, so that the larger is in [0.5, 1). Their squares are summed from 1.0 on,
    with what each product and sum loses, and the root is corrected by one step of Newton's.
    """
    x, y = abs(x), abs(y)
    largest = xp.where(x > y, x, y)
    first = xp.where(largest < 2.0**-500, 2.0**600, xp.where(largest > 2.0**500, 2.0**-600, 1.0))
    exponent = xp.bits(largest * first) & _EXPONENT
    scale = xp.from_bits(xp.lift((2 * _BIAS - 1) << 52, "i64") - exponent)

    total, products, sums = xp.lift(1.0), xp.lift(0.0), xp.lift(0.0)

    def add(a: Number, b: Number) -> None:
        nonlocal total, products, sums
        product = a * b
        total, error = _ordered_sum(total, product)
        products, sums = products + xp.fma(a, b, -product), sums + error

    for number in (x, y):
        scaled = number * first * scale
        add(scaled, scaled)
    root = xp.sqrt(total - 1.0 + (products + sums))
    add(-root, root)
    z = (root + (total - 1.0 + (products + sums)) / (root * 2.0)) / scale / first
    if sys.version_info < (3, 12):  # which rounds twice where the larger is below 2^-1024
        z = xp.where(largest < 2.0**-1024, _hypot_of_subnormals(xp, x, y, largest), z)
    z = xp.where(largest > 0.0, z, x + y)
    return xp.where(xp.equal(x, INF) | xp.equal(y, INF), INF, z)


def _hypot_of_subnormals(xp: Body, x: Number, y: Number, largest: Number) -> Number:
    total, lost = xp.lift(1.0), xp.lift(0.0)
    for number in (x, y):
        ratio = number / largest
        total, error = _ordered_sum(total, ratio * ratio)
        lost = lost + error
    return largest * xp.sqrt(total - 1.0 + lost)


INLINED = {"div", "maximum", "minimum", "floor", "sqrt"}  # always: shorter than a call
ARITHMETIC: dict[str, Formula] = {  # the same in both modes
    "div": _div,
    "mod": _mod,
    "floor_divide": _floor_divide,
    "maximum": _maximum,
    "minimum": _minimum,
    "floor": Body.floor,
    "hypot": _hypot,
    "sqrt": Body.sqrt,
}
FAST: dict[str, Formula] = {
    "exp": _exp,
    "expm1": _expm1,
    "log": _log,
    "log1p": _log1p,
    "tanh": _tanh,
    "pow": _pow,
    "sinh": _sinh,
    "cosh": _cosh,
    "log2": _log2,
    "log10": _log10,
    "sin": _sin,
    "cos": _cos,
    "tan": _tan,
    "arctan": _arctan,
    "erf": _erf,
    "erfc": _erfc,
}
# Every function of the C library that Floats has, and its name there.
_SAME = (
    "exp",
    "expm1",
    "log",
    "log2",
    "log10",
    "log1p",
    "sin",
    "cos",
    "tan",
    "sinh",
    "cosh",
    "tanh",
    "erf",
    "erfc",
    "pow",
)
_ARC = ("sin", "cos", "tan", "tan2", "sinh", "cosh", "tanh")
LIBM = {**{name: name for name in _SAME}, **{f"arc{name}": f"a{name}" for name in _ARC}}
BINARY = {"div", "mod", "floor_divide", "maximum", "minimum", "hypot", "arctan2", "pow"}


# Definitions


def symbol(name: str, width: int) -> str:
    """The name under which LLVM knows the function for vectors of that width.

    >>> symbol("exp", 8)
    '@exp.v8'
    """
    return f"@{name}.v{width}"


def arity(name: str) -> int:
    """How many numbers the function takes.

    >>> arity("exp"), arity("mod")
    (1, 2)
    """
    return 2 if name.removeprefix("libm.") in BINARY else 1


def _formula(name: str, *, exact: bool) -> Formula:
    """What to read for the definition of the function."""
    if formula := ARITHMETIC.get(name) or (None if exact else FAST.get(name)):
        return formula
    c_name = LIBM[name.removeprefix("libm.")]
    return lambda xp, *xs: xp.each_lane(c_name, *xs)


def _definition(body: Body, name: str, formula: Formula, keywords: str, attributes: str) -> str:
    xs = [Number(body, "double", f"%x{i}") for i in range(arity(name))]
    result = formula(body, *xs)
    head = f"{body.type('double')} {symbol(name, body.width)}({', '.join(map(str, xs))})"
    return "\n".join([f"{keywords} {head} {attributes} {{", "entry:", *body.lines, f"  ret {result}", "}"])


def definitions(
    names: Sequence[str],
    widths: Sequence[int] = (8,),
    *,
    exact: bool = False,
    inline: bool = False,
    shared: bool = False,
) -> str:
    """LLVM text that defines the functions for vectors of these widths, with all that they need.

    A width of 1 is the function of a plain double. `exact`: elementary functions are those of the C library, so
    that results are those of `math` to the last bit. `inline`: the bodies of the long ones, too, are put where they
    are called.
    `shared`: other modules may call them, who declare them under the same name.

    >>> print(definitions(["maximum"], [2]))
    define internal <2 x double> @maximum.v2(<2 x double> %x0, <2 x double> %x1) alwaysinline {
    entry:
      %1 = fcmp oge <2 x double> %x0, %x1
      %2 = fcmp uno <2 x double> %x0, %x0
      %3 = or <2 x i1> %1, %2
      %4 = select <2 x i1> %3, <2 x double> %x0, <2 x double> %x1
      ret <2 x double> %4
    }
    """
    texts: dict[tuple[str, int], str] = {}
    declarations: set[str] = set()
    keywords = "define" if shared else "define internal"
    waiting = [(name, width) for width in widths for name in names]
    while waiting:
        name, width = waiting.pop()
        if (name, width) not in texts:
            body = Body(width)
            attributes = "alwaysinline" if inline or name in INLINED else "noinline"
            texts[name, width] = _definition(body, name, _formula(name, exact=exact), keywords, attributes)
            declarations |= body.declarations
            waiting += [(called, width) for called in body.calls]
    return "\n".join([*sorted(declarations), *texts.values()])
