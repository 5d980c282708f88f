// Computes a graph again, and writes numbers as the package does. A graph is a list of nodes, inputs before users:
// the number of an input ("NaN" and infinities as text, null while it is unknown), or [rule, ...places of inputs].
// `rules` is the table that the page carries.
const placesOf = (node) => (Array.isArray(node) ? node.slice(1) : []);

// The values of all nodes, and the local partials of each; null for what depends on an unknown number.
function sweepForward(graph) {
  const [values, partials] = [[], []];
  for (const node of graph) {
    const inputs = placesOf(node).map((place) => values[place]);
    const { f, p } = Array.isArray(node) ? rules[node[0]] : { f: () => (node === null ? null : +node), p: () => [] };
    const value = inputs.includes(null) ? null : f(...inputs);
    values.push(value);
    partials.push(value === null ? inputs.map(() => null) : p(value, ...inputs));
  }
  return [values, partials];
}

// The gradient of a root by every node it is made from; nothing for all others. As in the engine the sum over the
// uses of a node begins at 0 and adds in the same order; and where an input would get nan, what was not chosen is no
// input, so that no 0 · inf comes through.
function sweepBackward(graph, [values, partials], root = graph.length - 1) {
  const sweep = (careful) => {
    const gradients = Array(graph.length);
    if (values[root] !== null) gradients[root] = 1;
    for (let i = root; i >= 0; i--)
      if (i in gradients)
        placesOf(graph[i]).forEach((place, k) => {
          const partial = partials[i][k];
          if (!careful || partial !== 0 || !rules[graph[i][0]].c)
            gradients[place] = (gradients[place] ?? 0) + partial * gradients[i];
        });
    return gradients;
  };
  const all = sweep(false);
  if (!all.some((gradient, i) => gradient !== gradient && !partials[i].length)) return all;
  const reached = sweep(true);
  return all.map((_, i) => reached[i] ?? 0);
}

// A number exactly between two goes to the even one, as in Python; JavaScript takes the larger. All digits are looked
// at only if it may be one: that takes a while.
function toEven(digits, x, power = "") {
  const lower = digits.slice(0, -1) + (digits.slice(-1) - 1);
  if (digits.slice(-1) % 2 === 0 || +(lower + "5" + power) !== x) return digits;
  const exact = power ? x.toExponential(60) : x.toFixed(60);
  return /^50*(e|$)/.test(exact.slice(digits.length)) ? lower : digits;
}
const withoutZeros = (digits) => digits.replace(/\.?0+$/, "");

// The digits a reader needs of a number that is not negative, and the power of ten behind them, if there is one.
function digitsOf(x) {
  if (x === 0 || (Number.isInteger(x) && x < 1e9)) return [x + ""];
  if (x >= 1 && x < 1e6) {
    const decimals = Math.min(4, 7 - x.toFixed(0).length);
    const digits = toEven(x.toFixed(decimals), x);
    return [decimals ? withoutZeros(digits) : digits];
  }
  const [digits, power] = x.toExponential(3).split("e");
  const even = toEven(digits, x, "e" + power);
  return power < -4 || power > 0 ? [withoutZeros(even), +power] : [+(even + "e" + power) + ""];
}

// A number as pictures show it, such as −4.479·10⁻⁵, with the decimal point of the language.
function numberText(x, point) {
  const size = Math.abs(x);
  const [digits, power] = size < Infinity ? digitsOf(size) : [x !== x ? "nan" : "∞"];
  const shown = (x < 0 ? "−" : "") + digits.replace(".", point);
  if (power === undefined) return shown;
  const ten = "10" + [...(power + "")].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit] ?? "⁻").join("");
  return digits === "1" ? shown.slice(0, -1) + ten : shown + "·" + ten;
}
