// What the rules call and JavaScript lacks, with the conventions of Python and IEEE-754. A page carries only
// those its rules need, see javascript.py. Zeros keep their signs, and nan is handed on as floats do.
const maximum = (x, y) => (x >= y || x !== x ? x : y);
const minimum = (x, y) => (x <= y || x !== x ? x : y);

// 1 for the first of some numbers that is z, or is nan, 0 for all others.
const chosen = (z, xs) => {
  const winner = xs.findIndex((x) => x === z || x !== x);
  return xs.map((x, i) => +(i === winner));
};

// 1 to any power is 1, and so is -1 to an infinite one; JavaScript says nan.
const power = (x, y) => (x === 1 || (x === -1 && 1 / y === 0) ? 1 : x ** y);

// The remainder has the sign of y.
const mod = (x, y) => {
  const rest = x % y;
  if (rest) return rest < 0 === y < 0 ? rest : rest + y;
  return rest === 0 ? (y < 0 ? -0 : 0) : rest;
};
const floor_divide = (x, y) => {
  if (y === 0) return x / y;
  const rest = x % y;
  const ratio = (x - rest) / y - (rest && rest < 0 !== y < 0);
  if (!ratio) return ratio === 0 ? 0 * (x / y) : ratio;
  return Math.floor(ratio) + (ratio - Math.floor(ratio) > 0.5);
};

// Both to 3e-15: a series near 0, and a continued fraction from where it converges; there exp(-x²) is taken in
// two parts, the first of which has an exact square.
const erf = (x) => {
  if (x < 0) return -erf(-x);
  if (x > 1) return 1 - erfc(x);
  let sum = x, term = x;
  for (let n = 3; n < 60; n += 2) sum += term *= (2 * x * x) / n;
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
};
const erfc = (x) => {
  if (x < 0.75) return 1 - erf(x);
  if (x > 28) return 0;
  let tail = x;
  for (let n = 300; n; n--) tail = x + n / 2 / tail;
  const near = Math.fround(x);
  return (Math.exp(-near * near) * Math.exp((near - x) * (near + x))) / tail / Math.sqrt(Math.PI);
};
