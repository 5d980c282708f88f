// Reads what a student typed, a number or a formula; nothing of it is ever run. The page brings `functions` and
// `aliases` (see answers.py). What cannot be read is thrown as { kind, at, text }: why, and where in the tidied text.
// Kinds: long, large, sign, missing, name, function, arguments, product and bracket.
const own = (object, name) => (Object.hasOwn(object, name) ? object[name] : undefined);
const plainDigits = (text) => text.replace(/[⁰¹²³⁴-⁹₀-₉]/g, (digit) => digit.normalize("NFKC")).replace("⁻", "-").replace("⁺", "+");

// One sign for each meaning: any minus, times, division, lowered digits, ½; and one number times a power of ten is
// one number.
const tidy = (text) =>
  text.normalize("NFC").replace(/[¼-¾⅐-⅞]/g, (part) => "(" + part.normalize("NFKC") + ")").replace(/∞/g, "inf")
    .replace(/[₀-₉]/g, plainDigits).replace(/[−‐-―﹣－]/g, "-").replace(/[×·⋅∙•∗]/g, "*").replace(/[÷⁄∕]/g, "/")
    .replace(/[’′]/g, "'").replace(/\s/g, " ")
    .replace(/^( *[-+]? *(?:\d+(?:\.\d*|,\d+)?|[.,]\d+)) *[*x] *10(?:(?:\^|\*\*) *(?:\(([-+]?\d+)\)|([-+]?\d+))|([⁻⁺]?[⁰¹²³⁴-⁹]+)) *$/,
      (_, digits, inside, plain, raised) => digits + "e" + plainDigits(inside ?? plain ?? raised));

// The number that the text is. numberOf: of a name, undefined if there is none. literal: what to take for a number
// that is written in the text; it gets the number and its digits.
function readAnswer(typed, numberOf, literal = (x) => x) {
  const text = tidy(typed);
  let at = 0;
  const fail = (kind, place = at) => {
    throw { kind: kind, at: place, text: text };
  };
  const take = (pattern) => {
    const found = text.slice(at).match(pattern);
    at += found ? found[0].length : 0;
    return found;
  };
  const is = (pattern) => pattern.test(text.slice(at));
  const close = (pattern) => {
    take(/^ */);
    return take(pattern) || fail(is(/^[\p{L}_\d.(√]/u) ? "product" : is(/^[)\]|]|^$/) ? "bracket" : "sign");
  };
  // comma: whether one between digits is a decimal point here. It is, but for functions of several arguments, and
  // for them, too, where a semicolon stands between arguments.
  const marked = text.includes(";");
  const sum = (comma) => {
    let x = product(comma);
    for (let sign; (sign = take(/^ *([-+])/)); ) {
      const y = product(comma);
      x = sign[1] === "+" ? x + y : x - y;
    }
    return x;
  };
  const product = (comma) => {
    let x = signed(comma);
    for (let sign; (sign = take(/^ *(\*(?!\*)|\u002f)/)); ) {
      const y = signed(comma);
      x = sign[1] === "*" ? x * y : x / y;
    }
    return x;
  };
  const signed = (comma) => {
    const sign = take(/^ *([-+])/);
    if (!sign) return raised(comma, atom(comma));
    return sign[1] === "-" ? -signed(comma) : signed(comma);
  };
  const raised = (comma, base) => {
    const small = take(/^ *([⁻⁺]?[⁰¹²³⁴-⁹]+)/);
    if (small) return base ** raised(comma, +plainDigits(small[1]));
    return take(/^ *(\^|\*\*)/) ? base ** signed(comma) : base;
  };
  const atom = (comma) => {
    const digits = take(comma ? /^ *((?:\d+(?:\.\d*|,\d+)?|[.,]\d+)(?:e[-+]?\d+)?)/i : /^ *((?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)/i);
    if (digits) {
      const x = +digits[1].replace(",", ".");
      return x < Infinity ? literal(x, digits[1]) : fail("large", at - digits[1].length);
    }
    if (take(/^ *√/)) return Math.sqrt(atom(comma));
    if (take(/^ *\(/)) return within(/^\)/);
    if (take(/^ *\|/)) return Math.abs(within(/^\|/));
    take(/^ */);
    const place = at;
    const name = take(/^[\p{L}_][\p{L}\p{M}\d_]*(\[[\p{L}\d_, ]+\])?'*/u) ?? fail(is(/^[-+*^)\]|,;\u002f]|^$/) ? "missing" : "sign");
    const word = own(aliases, name[0]) ?? name[0];
    const f = own(functions, word);
    if (f && take(/^ *\(/)) return called(f, place);
    const x = numberOf(name[0]);
    return x ?? fail(f || !is(/^ *\(/) ? "name" : "function", place);
  };
  const within = (end) => {
    const x = sum(true);
    close(end);
    return x;
  };
  const called = (f, place) => {
    const comma = f.length === 1 || marked;
    const inputs = [sum(comma)];
    while (take(/^ *[,;]/)) inputs.push(sum(comma));
    close(/^\)/);
    return f.length && f.length !== inputs.length ? fail("arguments", place) : f(...inputs);
  };
  if (text.length > 200) fail("long", 200);
  const x = sum(true);
  return close(/^$/) && x;
}

// What a name means of those that have a place: its own spelling first, then any that says the same.
const spelled = (names, name) => own(names, name.normalize("NFKC").replace(/\s/g, "")) ?? own(names, name.normalize("NFKC").replace(/[_[\],\s]/g, ""));
const constants = { e: Math.E, pi: Math.PI, π: Math.PI, inf: Infinity, nan: NaN };

// A typed number, half a unit of its last digit, and how many digits were typed. An expression of whole numbers is
// exact; one with decimals moves as these do.
function measured(text) {
  const literals = [];
  const number = (change) => {
    let i = 0;
    return readAnswer(text, (name) => own(constants, name), (x, digits) => change(x, digits, i++));
  };
  const value = number((x, digits) => (literals.push(digits.toLowerCase()), x));
  const alone = /^ *[-+]? *(\d+(\.\d*|,\d+)?|[.,]\d+)(e[-+]?\d+)? *$/i.test(tidy(text));
  let [half, count] = [0, Infinity];
  literals.forEach((literal, k) => {
    const [digits, power = 0] = literal.split("e");
    if (!alone && /^\d+$/.test(literal)) return;
    const step = +("5e" + (power - 1 - (digits.split(/^\d*[.,]/)[1] ?? "").length));
    half += alone ? step : Math.abs(number((x, _, i) => (i === k ? x + step : x)) - value);
    count = Math.min(count, digits.replace(/^[0.,]+/, "").replace(/[.,]/, "").length);
  });
  return [value, half, count];
}

const near = (x, y, room = 0) =>
  Number.isFinite(y) ? Math.abs(x - y) <= room * (1 + 1e-9) + 1e-9 * Math.abs(y) + 1e-12 : Object.is(x, y);

// right, follows, imprecise, close or wrong. others: the number recomputed from what was typed before, and from
// that with right ones made exact; after a wrong number slack is how far rounding before it can move them.
function judgeNumber(text, exact, others, allRight, slack = 0) {
  const [x, half, count] = measured(text);
  const targets = [[exact, half], ...others.map((y) => [y, allRight ? half : half + slack])];
  const isIn = targets.map(([y, room]) => near(x, y) || (count > 2 && near(x, y, room)));
  if (isIn[0]) return "right";
  if (isIn.includes(true)) return allRight ? "right" : "follows";
  if (count && targets.some(([y, room]) => near(x, y, room))) return "imprecise";
  return targets.some(([y]) => Math.abs(x - y) <= Math.min(3 * half, 0.01 * Math.abs(y))) ? "close" : "wrong";
}

// right or wrong, from 20 points where the graph and the reference are numbers; undefined if these cannot be found.
// names: the places that spellings have in the graph. Draws are those of answers.py.
function judgeFormula(text, reference, graph, names) {
  const varied = [...new Set(Object.values(names))].filter((place) => !placesOf(graph[place]).length).sort((a, b) => a - b);
  let seed = 1;
  const draw = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
  let found = 0;
  readAnswer(text, (name) => spelled(names, name) !== undefined || own(constants, name) !== undefined ? 1 : undefined);
  for (let i = 0; i < 2000 && found < 20; i++) {
    const drawn = [...graph];
    for (const place of varied) {
      const size = 0.05 + 2.95 * draw() ** 2;
      drawn[place] = draw() < 0.5 && i % 2 ? -size : size;
    }
    const [values] = sweepForward(drawn);
    const numberOf = (name) => values[spelled(names, name)] ?? own(constants, name);
    const wanted = readAnswer(reference, numberOf);
    if (![wanted, ...values].every(Number.isFinite)) continue;
    found++;
    if (!(Math.abs(readAnswer(text, numberOf) - wanted) <= 1e-9 * Math.abs(wanted) + 1e-12)) return "wrong";
  }
  return found === 20 ? "right" : undefined;
}
