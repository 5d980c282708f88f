// What typical mistakes put in the place of a number, as mistakes.py and sheet.py say it, commonest first. The page
// brings `slips`, what mistakes with each rule make of it: its word n, values v, partials p, the neutral element d of
// its parts, and whether it is a gate g, takes one input u, is a product o, a known function h, a largest or smallest m.
const closeTo = (x, y, room) => Number.isFinite(y) && Math.abs(x - y) <= room * (1 + 1e-9) + 1e-9 * Math.abs(y) + 1e-12;

// The mistakes that give this number, each kind at a place once.
function mistakesNamed(sheet, key, x, half, asTyped, corrected) {
  const found = new Map();
  for (const [leaves, numbers] of [[sheet.read, asTyped], [sheet.leaves, corrected]])
    for (const mistake of mistakesAt(sheet, key, leaves, numbers)) {
      const name = [mistake[0], mistake[1], mistake[3]].join();
      if (closeTo(x, mistake[2], half) && !found.has(name)) found.set(name, mistake);
    }
  return [...found.values()];
}

function mistakesAt(sheet, key, leaves, numbers) {
  const [first, second] = partsOf(key);
  const at = valuesFrom(leaves, numbers);
  if (key[0] === "v") return mistakesOfValue(sheet, sheet.units.get(first), at);
  if (key[0] === "g") return mistakesOfDerivative(sheet, first, second, at, numbers);
  const found = mistakesOfPartial(sheet, first, second, at, numbers);
  for (const start of sheet.starts)
    for (const [u, k, source] of [...sheet.terms[start].values()].flat()) {
      const flow = numbers["g" + start + "," + source];
      if (u === first && k === second && flow !== undefined)
        found.push(["product", first, times(partialsOf(sheet, sheet.units.get(u), at)[k], flow), -1]);
    }
  return found;
}

function mistakesOfValue(sheet, unit, at) {
  const found = [];
  const values = inside(sheet, unit, at);
  for (const i of unit.body) {
    const xs = inputsOf(sheet, i, values, at);
    const slip = slipAt(sheet, i);
    const f = ruleAt(sheet, i).f;
    const wrong = slip.v ? slip.v(...xs) : [];
    if (slip.u) wrong.push(["function", xs[0]]);
    if (slip.d !== undefined) xs.forEach((_, k) => wrong.push(["part", f(...xs.with(k, slip.d))]));
    if (slip.m !== undefined) wrong.push(["largest", slip.m ? Math.min(...xs) : Math.max(...xs)]);
    wrong.push(["sign of value", -f(...xs)]);
    for (const [kind, x] of wrong) found.push([kind, unit.place, inside(sheet, unit, at, [i, x])[unit.place], i]);
  }
  for (const x of unique(unit.inputs))
    for (const other of alike(sheet, x))
      found.push(["index", unit.place, inside(sheet, unit, (place) => at(place === x ? other : place))[unit.place], -1]);
  return found;
}

// What mistakes with a rule put in the place of its partial p by its input k.
function mistakesOfRule(sheet, i, z, xs, k, p) {
  const slip = slipAt(sheet, i);
  const found = [];
  if (xs.length === 2) found.push(["swap", slopesAt(ruleAt(sheet, i), z, xs)[1 - k]]);
  found.push(["value", z]);
  if (sheet.graph[i][0] !== "mul") found.push(["value", xs[k]]);
  if (slip.g) found.push(["gate", 1 - p]);
  if (slip.p) for (const x of slip.p(z, ...xs)[k]) found.push(["rule", x]);
  return [...found, ["sign", -p]];
}

function mistakesOfPartial(sheet, u, k, at, numbers) {
  const unit = sheet.units.get(u);
  const values = { ...inside(sheet, unit, at), [u]: at(u) };
  const single = unit.body.length < 2;
  const found = [];
  const add = (kind, i, j, p) => found.push([kind, u, partialsOf(sheet, unit, at, [i, j, p])[k], i]);
  for (const i of [...unit.body].reverse())
    slopesOf(sheet, i, values, at).forEach((p, j) => {
      if (single && j !== k) return;
      if (!single) add("inner", i, j, 1);
      for (const [kind, x] of mistakesOfRule(sheet, i, values[i], inputsOf(sheet, i, values, at), j, p)) add(kind, i, j, x);
    });
  if (!single)
    return [...found, ["sign", u, -partialsOf(sheet, unit, at)[k], u], ["value", u, at(u), u], ["value", u, at(unit.inputs[k]), u]];
  if (!slipAt(sheet, u).o) return found;
  const count = unit.inputs.length;
  const factor = unit.inputs[count === 2 ? 1 - k : (k + count / 2) % count];
  for (const other of around(sheet, factor)) found.push(["activation", u, at(other), Math.max(factor, other)]);
  for (const other of alike(sheet, factor)) found.push(["index", u, at(other), -1]);
  for (const start of sheet.starts) {
    const uses = sheet.terms[start].get(factor) ?? [];
    if (factor in sheet.leaves && uses.length && !sheet.forward && uses.every(([v, j]) => slopeKey(sheet, v, j) in numbers))
      for (const rate of [0.1, 1]) found.push(["update", factor, at(factor) - rate * total(productsOf(sheet, start, factor, numbers)), -1]);
  }
  return found;
}

// A value before or after its function.
const isFunction = (sheet, place) => !isLeaf(sheet, place) && slipAt(sheet, place).h;
const around = (sheet, place) => [
  ...(isFunction(sheet, place) ? placesOf(sheet.graph[place]) : []),
  ...(sheet.users[place] ?? []).map(([u]) => u).filter((u) => isFunction(sheet, u) && sheet.units.get(u).body.length < 2),
];

// Inputs with the transposed index, then those with one other digit.
function alike(sheet, place) {
  const name = [...(sheet.names[place] ?? "")];
  const isDigit = (letter) => /^\d$/.test(letter);
  const digits = name.map((letter, i) => (isDigit(letter) ? i : -1)).filter((i) => i >= 0);
  if (!digits.length) return [];
  const others = Object.keys(sheet.leaves).map(Number).filter((i) => i !== place && sheet.names[i]);
  const turned = [...name];
  if (digits.length === 2) [turned[digits[0]], turned[digits[1]]] = [name[digits[1]], name[digits[0]]];
  const first = digits.length === 2 ? others.filter((i) => sheet.names[i] === turned.join("")).slice(-1) : [];
  const near = others.filter((i) => {
    const letters = [...sheet.names[i]];
    const apart = letters.map((letter, j) => j).filter((j) => letters[j] !== name[j]);
    return !first.includes(i) && letters.length === name.length && apart.length === 1 && isDigit(letters[apart[0]]) && isDigit(name[apart[0]]);
  });
  return [...first, ...near];
}

// What mistakes make of a derivative: of one term, or of the sum of them.
function mistakesOfDerivative(sheet, start, x, at, numbers) {
  if (start === x) return [["seed", x, 0, -1], ["seed", x, at(x), -1]];
  const uses = sheet.terms[start].get(x);
  const factors = factorsOf(sheet, start, x, numbers);
  const products = productsOf(sheet, start, x, numbers);
  const instead = (i, term) => total(products.with(i, term));
  const by = (i) => uses[i][sheet.forward ? 2 : 0];
  const found = [];
  if (uses.length > 1) uses.forEach((_, i) => found.push(["path", by(i), instead(i, 0), -1]));
  uses.forEach(([u, , source], i) => {
    const [p, g] = factors[i];
    found.push(["upstream", source, instead(i, p), -1], ["partial", u, instead(i, g), -1]);
    found.push(["sign", u, instead(i, -products[i]), u], ["added", u, instead(i, p + g), -1]);
    for (const v of unique(sheet.terms[start].get(source).map((use) => use[2])))
      if (v !== start) found.push(["skipped", source, instead(i, times(p, numbers["g" + start + "," + v])), -1]);
  });
  uses.forEach(([u, k], i) => {
    for (const [kind, place, p, about] of mistakesOfPartial(sheet, u, k, at, numbers))
      found.push([kind, place, instead(i, times(p, factors[i][1])), about]);
  });
  if (uses.length < 2) return found;
  found.push(["sign", x, -total(products), -1]);
  uses.forEach((_, i) => found.push(["only", by(i), products[i], -1], ["twice", by(i), total([...products, products[i]]), -1]));
  return [...found, ["paths", x, products.reduce((p, q) => p * q, 1), -1], ["paths", x, total(products) / uses.length, -1]];
}
