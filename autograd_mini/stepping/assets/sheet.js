// Which numbers of a graph are asked, how each follows from others, and what an answer is worth: as sheet.py says it.
// Keys: "v3" a value, "g7,3" the derivative of 7 by 3, "p5,0" a local partial. A mistake is [kind, place, number, the
// operation it is about or -1]. Functions of this file take a sheet, which makeSheet makes.
const partsOf = (key) => key.slice(1).split(",").map(Number);
const isLeaf = (sheet, place) => !Array.isArray(sheet.graph[place]);
const ruleAt = (sheet, place) => rules[sheet.graph[place][0]];
const slipAt = (sheet, place) => slips[sheet.graph[place][0]];
const times = (p, g) => (p === 0 ? 0 : p * g);
const total = (xs) => xs.reduce((sum, x) => sum + x, 0);
const unique = (xs) => [...new Set(xs)];

// asked: places of values. wanted: those that have a derivative, be it 0. names: labels of inputs by place, "" for a
// plain number. read: numbers of inputs as they are shown.
function makeSheet(graph, asked, starts, held, forward, wanted, names, read) {
  const sheet = { graph, starts, forward, names, units: new Map(), users: {}, terms: {}, leaves: {}, read: {}, exact: {} };
  const isAsked = new Set(asked);
  const isHeld = new Set(held);
  for (const place of [...asked].sort((a, b) => a - b)) {
    const body = new Set([place]);
    const stack = [place];
    while (stack.length)
      for (const x of placesOf(graph[stack.pop()]))
        if (!isAsked.has(x) && !body.has(x) && !isLeaf(sheet, x)) body.add(x), stack.push(x);
    const order = [...body].sort((a, b) => a - b);
    const inputs = order.flatMap((i) => placesOf(graph[i])).filter((x) => !body.has(x) && names[x] !== "");
    sheet.units.set(place, { place: place, inputs: body.size > 1 ? unique(inputs) : placesOf(graph[place]), body: order });
  }
  graph.forEach((node, i) => {
    if (isLeaf(sheet, i)) (sheet.leaves[i] = +node), (sheet.read[i] = read[i] ?? +node);
  });
  for (const unit of [...sheet.units.values()].reverse())
    unit.inputs.forEach((x, k) => (sheet.users[x] ??= []).push([unit.place, k]));
  for (const start of starts) {
    const found = new Map();
    const places = graph.map((_, i) => i);
    for (const x of forward ? places : places.reverse()) {
      const uses = forward
        ? (sheet.units.get(x)?.inputs ?? []).map((y, k) => [x, k, y]).filter((use) => found.has(use[2]))
        : (sheet.users[x] ?? []).filter((use) => found.has(use[0])).map(([u, k]) => [u, k, u]);
      if (x === start || (!isHeld.has(x) && (uses.length || wanted.includes(x)))) found.set(x, x === start ? [] : uses);
    }
    sheet.terms[start] = found;
  }
  sheet.keys = [...sheet.units.keys()].map((place) => "v" + place);
  for (const start of starts)
    for (const [x, uses] of sheet.terms[start]) sheet.keys.push(...uses.map(([u, k]) => slopeKey(sheet, u, k)), "g" + start + "," + x);
  sheet.keys = unique(sheet.keys);
  const known = {};
  if (!graph.includes(null)) for (const key of sheet.keys) sheet.exact[key] = made(sheet, key, sheet.leaves, sheet.exact, known);
  return sheet;
}

const valuesFrom = (leaves, numbers) => (place) => numbers["v" + place] ?? leaves[place];
const inputsOf = (sheet, i, values, at) => placesOf(sheet.graph[i]).map((x) => values[x] ?? at(x));

// The values of the operations of a unit. changed: a place, and the number that it gives instead.
function inside(sheet, unit, at, changed = []) {
  const values = {};
  for (const i of unit.body) values[i] = i === changed[0] ? changed[1] : ruleAt(sheet, i).f(...inputsOf(sheet, i, values, at));
  return values;
}
// A choice compares its value with its inputs, so it takes the exact one.
const slopesAt = ({ f, p, c }, z, xs) => p(c ? f(...xs) : z, ...xs);
const slopesOf = (sheet, i, values, at) => slopesAt(ruleAt(sheet, i), values[i], inputsOf(sheet, i, values, at));

// The derivatives of a unit by its inputs. changed: an operation, its input, and the partial there.
function partialsOf(sheet, unit, at, changed = []) {
  const values = { ...inside(sheet, unit, at), [unit.place]: at(unit.place) };
  const slopes = (i) => slopesOf(sheet, i, values, at).map((p, k) => (i === changed[0] && k === changed[1] ? changed[2] : p));
  if (unit.body.length < 2) return slopes(unit.place);
  const flows = { [unit.place]: 1 };
  for (const i of [...unit.body].reverse()) {
    const found = slopes(i);
    placesOf(sheet.graph[i]).forEach((x, k) => (flows[x] = (flows[x] ?? 0) + times(found[k], flows[i] ?? 0)));
  }
  return unit.inputs.map((x) => flows[x] ?? 0);
}

// The key of a local partial; that of a definition is another one than that of its last operation.
const slopeKey = (sheet, u, k) => "p" + u + "," + k + (sheet.units.get(u).body.length > 1 ? ",0" : "");

// A number from earlier ones. known: partials by units, kept from one key to the next while values stay.
function made(sheet, key, leaves, numbers, known = {}) {
  const [first, second] = partsOf(key);
  const at = valuesFrom(leaves, numbers);
  if (key[0] === "v") return inside(sheet, sheet.units.get(first), at)[first];
  if (key[0] === "p") return (known[first] ??= partialsOf(sheet, sheet.units.get(first), at))[second];
  return first === second ? 1 : total(productsOf(sheet, first, second, numbers));
}
const factorsOf = (sheet, start, x, numbers) =>
  sheet.terms[start].get(x).map(([u, k, source]) => [numbers[slopeKey(sheet, u, k)], numbers["g" + start + "," + source]]);
const productsOf = (sheet, start, x, numbers) => factorsOf(sheet, start, x, numbers).map(([p, g]) => times(p, g));

// The numbers that one is made from.
function needsOf(sheet, key) {
  const [first, second] = partsOf(key);
  if (key[0] === "g") return sheet.terms[first].get(second).flatMap(([u, k, x]) => [slopeKey(sheet, u, k), "g" + first + "," + x]);
  const inputs = unique(sheet.units.get(first).inputs).filter((x) => sheet.units.has(x)).map((x) => "v" + x);
  return key[0] === "v" ? inputs : [...inputs, "v" + first];
}

// A verdict for every answer by its key: [kind, mistakes]. typed: texts by key; shown: keys that were given away.
function judgeAll(sheet, typed, shown = []) {
  const [asTyped, corrected, isRight, halves, verdicts, typedPartials, exactPartials] = [{}, {}, {}, {}, {}, {}, {}];
  const slackOf = (key, before) => {
    const moves = needsOf(sheet, key).filter((need) => halves[need])
      .map((need) => Math.abs(made(sheet, key, sheet.read, Object.assign(Object.create(asTyped), { [need]: asTyped[need] + halves[need] })) - before));
    return total(moves.filter(Number.isFinite));
  };
  for (const key of sheet.keys) {
    const others = [made(sheet, key, sheet.read, asTyped, typedPartials), made(sheet, key, sheet.leaves, corrected, exactPartials)];
    const allRight = needsOf(sheet, key).every((need) => isRight[need]);
    const slack = allRight ? 0 : slackOf(key, others[0]);
    let found = [...others, allRight, slack];
    if (own(typed, key) !== undefined) {
      try {
        const [x, half, count] = measured(typed[key]);
        const kind = shown.includes(key) ? "right" : judgeNumber(typed[key], sheet.exact[key], others, allRight, slack);
        const named = kind === "wrong" ? mistakesNamed(sheet, key, x, count > 2 ? half : 0, asTyped, corrected) : [];
        verdicts[key] = [kind, named];
        // What was typed as it is, or as a short whole number, was not rounded.
        const isExact = (count < 3 && half === 0.5) || [sheet.exact[key], ...others].some((y) => closeTo(x, y, 0));
        found = [x, kind === "right" ? sheet.exact[key] : x, kind === "right", isExact ? 0 : half];
      } catch (error) {
        if (!error.kind) throw error;
        verdicts[key] = ["unreadable", []];
      }
    }
    [asTyped[key], corrected[key], isRight[key], halves[key]] = found;
  }
  return verdicts;
}
