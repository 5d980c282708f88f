// Makes every step anew from the numbers of the inputs, and says what the package would say of them: see alive.py.
// A formula is [what it is made of, how tightly it holds together]; what it is made of is a tree or a text.
const [SUM, PRODUCT, ATOM] = [2, 3, 6];
const told = JSON.parse(trace.textContent);
const { graph, order, names, forms, formOf, start, forward, roles, drawn, tight, point, sentences } = told.alive;
const [held, shifts, known] = [new Set(told.alive.held), new Set(told.alive.shifts), new Set(told.alive.data)];
const parents = graph.map(placesOf);

// Edges are counted by their users, as in the picture; those that derivatives flow along, in their order.
const begins = [];
parents.forEach((_, i) => (begins[i] = i ? begins[i - 1] + parents[i - 1].length : 0));
const edgesOf = parents.map((places, node) => places.map((_, i) => begins[node] + i));
const flowing = [];
const uses = [];
{
  const reached = new Set([start]);
  const users = graph.map((_, i) => (forward ? i : graph.length - 1 - i));
  for (const user of users)
    parents[user].forEach((parent, place) => {
      const [source, target] = forward ? [parent, user] : [user, parent];
      if (!reached.has(source) || held.has(target)) return;
      reached.add(target);
      uses[target] = (uses[target] ?? 0) + 1;
      flowing.push([user, place, source, target]);
    });
}
const shownOn = new Map(drawn.map((edge, i) => [edge, i]));
const crowded = tight && new Set(tight);

// How formulas are put together, as mathematics and as words. A part that is a tree knows what it stands for:
// v3 the value of node 3, g3 its gradient, e5 edge 5.
const trees = {
  at: 0,
  link: (tree, target) => Object.assign(tree[0] === "d" ? tree : ["r", tree], { target }),
  bracket: (tree) => ["r", "o(", tree, "o)"],
  minus: (tree) => ["r", "o−", tree],
  join: ([one, ...others], sign) => ["r", one, ...others.flatMap((other) => ["o" + sign, other])],
  over: (above, below) => ["d", above, below],
  say: (pieces) => {
    const parts = pieces.map((piece, i) => (i % 2 ? piece : piece && "t" + piece.replaceAll(" ", "\u00a0"))).filter((part) => part);
    const last = parts.pop();
    return parts[0] ? ["r", ...parts, ...(last[0] === "r" ? last.slice(1) : [last])] : last;
  },
  below: (tree, name) => ["u", ["u", tree, "o⏟"], name],
  fill: (tree, piece) => (Array.isArray(tree) ? tree.map((part, i) => (i ? trees.fill(part, piece) : part)) : tree[0] === "#" ? piece(tree) : tree),
  gap: (tree) => (tree[0] === "#" ? tree : ""),
  box: "i□",
  number: (x) => {
    const size = Math.abs(x);
    const [digits, power] = size < Infinity ? digitsOf(size) : [x !== x ? "nan" : "∞"];
    const ten = ["p", "n10", "n" + (power + "").replace("-", "−")];
    const leaf = (digits === "∞" ? "i" : "n") + digits.replace(".", point);
    const whole = power === undefined ? leaf : digits === "1" ? ten : ["r", leaf, "o·", ten];
    return x < 0 ? [trees.minus(whole), SUM] : [whole, power === undefined ? ATOM : digits === "1" ? 5 : PRODUCT];
  },
};
const texts = {
  at: 1,
  link: (text) => text,
  bracket: (text) => "(" + text + ")",
  minus: (text) => "−" + text,
  join: (parts, sign) => parts.join(" " + sign + " "),
  over: (above, below) => "∂" + above + "/∂" + below,
  say: (pieces) => pieces.join(""),
  below: (text) => text,
  fill: (parts, piece) => parts.map((part, i) => (i % 2 ? piece("#" + part) : part)).join(""),
  gap: (parts) => (parts.length === 3 && !parts[0] && !parts[2] ? "#" + parts[1] : ""),
  box: "□",
  number: (x) => [numberText(x, point).replace("∞", "inf"), trees.number(x)[1]],
};

const operand = (style, [content, strength], needs) => (strength < needs ? style.bracket(content) : content);
const chain = (style, local, upstream) => [style.join([operand(style, local, PRODUCT), operand(style, upstream, PRODUCT + 1)], "·"), PRODUCT];
const negated = (style, formula) => [style.minus(operand(style, formula, PRODUCT)), SUM];
const linked = (style, [content, strength], target) => [style.link(content, target), strength];
const bare = (style, i) => [names[i][style.at], names[i][2 + style.at] ?? ATOM];
const symbol = (style, i) => (names[i][2] ? bare(style, i) : linked(style, bare(style, i), "v" + i));

// A form with its gaps filled; one that is nothing but a gap is what fills it.
function filled(style, form, piece) {
  const inner = (gap) => piece(gap.slice(2));
  const gap = style.gap(form[style.at]);
  return gap ? inner(gap) : [style.fill(form[style.at], (each) => operand(style, inner(each), +each[1])), form[2 + style.at]];
}
const gapsOf = (tree) => (Array.isArray(tree) ? tree.slice(1).flatMap(gapsOf) : tree[0] === "#" ? [tree.slice(2)] : []);
const sentence = (key, what) => sentences[key].replace("{}", () => what);

// The numbers, and all events of both sweeps.
let values, partials, events, found;
function compute() {
  [values, partials] = sweepForward(graph);
  const [alive, come, most] = [new Set([start]), {}, []];
  found = [];
  events = order.map((node) => ({ kind: +Array.isArray(graph[node]), node, result: values[node], uses: 1 }));
  found[start] = 1;
  events.push({ kind: 2, node: start, result: 1, uses: 1 });
  for (const [user, place, source, node] of flowing) {
    const [local, upstream] = [partialOf(user, place), found[source]];
    const product = local === null || upstream === null ? null : local * upstream;
    const mask = rules[graph[user][0]].c && local === 0;
    let result = product;
    if (alive.has(source) && !mask) alive.add(node);
    else if (product === null || product !== product) result = 0;
    const event = { kind: 3, node, result, uses: uses[node], user, place, source, local, upstream, mask, edge: begins[user] + place };
    event.sure = product === null || product === result || (product !== product && result !== result);
    come[node] = [...(come[node] ?? []), event];
    event.use = come[node].length;
    events.push(event);
    if (Math.abs(result) < Infinity) most.push(Math.abs(result));
    if (event.use < event.uses) continue;
    const terms = come[node].map((each) => each.result);
    found[node] = terms.includes(null) ? null : terms.reduce((sum, term) => sum + term);
    if (event.uses > 1) events.push({ kind: 4, node, result: found[node], uses: event.uses, terms: come[node] });
  }
  return most.reduce((x, y) => Math.max(x, y), 0) || 1;
}

// A partial can be known where a value is not: that of a sum is 1.
function partialOf(user, place) {
  if (values[user] !== null) return partials[user][place];
  const inputs = parents[user].map((i) => values[i]);
  const form = forms[formOf[user]];
  const unknown = inputs.includes(null) && (form[5].includes("o") || gapsOf(form[4][place][0]).some((gap) => gap === "z" || inputs[gap] === null));
  return unknown ? null : rules[graph[user][0]].p(NaN, ...inputs.map((x) => x ?? NaN))[place];
}

const number = (style, i) => (values[i] === null ? symbol(style, i) : names[i][2] ? style.number(values[i]) : linked(style, style.number(values[i]), "v" + i));
const derivative = (style, i) => {
  const [above, below] = forward ? [i, start] : [start, i];
  return [style.link(style.over(operand(style, bare(style, above), ATOM), bare(style, below)[0]), "g" + i), ATOM];
};
const applied = (style, user, piece) => filled(style, forms[formOf[user]], (gap) => piece(style, parents[user][gap], +gap));

// What a formula says of a partial can differ from its number: by a convention, or by a step around a trap.
const inputsOf = (user) => parents[user].map((i) => values[i]);
const isTie = (user) => forms[formOf[user]][5].includes("t") && inputsOf(user).filter((x) => x === values[user]).length > 1;
const isKink = (user) => forms[formOf[user]][5].includes("k") && rules[graph[user][0]].k(...inputsOf(user)).some((x) => x === 0);
function says({ user, place, local }) {
  if (inputsOf(user).includes(null)) return true;
  const printed = rules[graph[user][0]].l?.(values[user], ...inputsOf(user)) ?? partials[user];
  return !isTie(user) && printed[place] === local;
}

// The sides of a local partial: ∂(t1 × w)/∂t1, w, 4.
function local(style, event) {
  const { user, place, edge } = event;
  const repeated = edge in roles;
  const whole = applied(style, user, (style, i, k) => (repeated && k === place ? [style.box, ATOM] : bare(style, i)));
  const name = repeated ? style.box : bare(style, parents[user][place])[0];
  const sides = [[style.over(operand(style, whole, ATOM), name), ATOM]];
  if (says(event)) sides.push(filled(style, forms[formOf[user]][4][place], (gap) => bare(style, gap === "z" ? user : parents[user][gap])));
  if (event.local !== null) sides.push(style.number(event.local));
  return sides.map((side) => linked(style, side, "e" + edge));
}

// The sides of a product after its names: w · 1, 4 · 1; without a factor 1 where the result is not known.
function productsOf(style, event) {
  const { source, upstream, result } = event;
  const above = upstream === null ? derivative(style, source) : linked(style, style.number(upstream), "g" + source);
  const sides = local(style, event).slice(1);
  const last = sides.at(-1);
  const products = sides.map((side) => chain(style, side, above));
  if (result !== null) return products;
  if (upstream === 1) return [...(source === start ? [] : products), last];
  if (upstream === -1) return [...products, negated(style, last)];
  return [...products, ...(Math.abs(event.local) === 1 ? [event.local > 0 ? above : negated(style, above)] : [])];
}

// By which node a product comes, and by which of its places if there are several.
const route = (style, event) => [symbol(style, event.source)[0], roles[event.edge] ?? ""];
function given(style, event) {
  const { user, place, source, mask } = event;
  const [key, name] = !mask ? ["nothing flows", source] : forms[formOf[user]][5].includes("u") ? ["nothing flows", user] : ["not chosen", parents[user][place]];
  const [before, after] = sentences[key].split("{}");
  return [style.say(["", style.number(event.result)[0], " (" + before, symbol(style, name)[0], after + ")"]), 0];
}
function arriving(style, event, [side, ...others]) {
  if (event.uses === 1) return [derivative(style, event.node), side, ...others];
  const [name, role] = route(style, event);
  const [before, after] = sentences.via.split("{}");
  return [[style.say([before, name, role + after, side[0]]), 0], ...others];
}
function added(style, { terms }) {
  const parts = terms.map((event, i) => {
    const term = event.result === null ? productsOf(style, event).at(-1) : linked(style, style.number(event.result), "e" + event.edge);
    const content = operand(style, term, i ? PRODUCT : SUM);
    if (terms.length > 5) return content;
    const [name, role] = route(style, event);
    return style.below(content, style.say(["", name, role]));
  });
  return [style.join(terms.length > 100 ? [parts[0], parts[1], style.at ? "…" : "o…", parts.at(-1)] : parts, "+"), SUM];
}

// Two sides that look alike are one, whatever they are linked to.
const unlinked = (content) => JSON.stringify(content, (_, part) => (part?.target && part[0] === "r" ? part[1] : part));
function sidesIn(style, event) {
  const { kind, node, result } = event;
  let sides = [kind < 2 ? symbol(style, node) : derivative(style, node)];
  if (kind === 1) sides.push(applied(style, node, symbol), applied(style, node, number));
  if (kind === 3 && !event.sure) sides = arriving(style, event, [given(style, event)]);
  else if (kind === 3) sides = arriving(style, event, [chain(style, local(style, event)[0], derivative(style, event.source)), ...productsOf(style, event)]);
  if (kind === 4) sides.push(added(style, event));
  if (result !== null && !(kind === 3 && !event.sure)) sides.push(linked(style, style.number(result), (kind < 2 ? "v" : "g") + node));
  const contents = sides.map((side) => side[0]);
  return contents.filter((content, i) => !i || unlinked(content) !== unlinked(contents[i - 1]));
}

function remarkOn({ kind, node, user, local, sure }) {
  if (kind === 1 && shifts.has(node)) return sentence("shift", names[node][1]);
  if (kind !== 3 || !sure || !forms[formOf[user]][5] || inputsOf(user).includes(null)) return "";
  return isTie(user) ? sentences.tie : isKink(user) ? sentence("kink", texts.number(local ?? 0)[0]) : "";
}
function meaningOf(event) {
  const { kind, node, result, uses } = event;
  const state = result === null ? " unknown" : "";
  if (kind < 1) return sentences[known.has(node) ? "data" + (state || " given") : "variable" + state];
  if (kind < 2) return sentences["operation" + state];
  return kind < 3 ? sentence("seed", sidesIn(texts, event).join(" = ")) : sentence(kind > 3 ? "addition" : uses > 1 ? "use" : "product", uses);
}

// A number in few digits, as a factor: ×4, ×(−0.53).
function factorText(x, negative, edge) {
  const sign = negative ? " ⊖" : "";
  if (crowded && !crowded.has(edge)) return numberText(x, point) + sign;
  const [size, count] = [Math.abs(x), x < 0 && x > -0.1 ? 1 : 2];
  const [digits, power] = size.toExponential(count).split("e");
  const rounded = size < Infinity ? +(toEven(digits, size, "e" + power) + "e" + power) : size;
  const text = numberText(x < 0 ? -rounded : rounded, point);
  return "×" + (text[0] === "−" ? "(" + text + ")" : text) + sign;
}
const halfToEven = (x) => (x % 1 === 0.5 ? 2 * Math.round(x / 2) : Math.round(x));
const widthOf = (size, most) => (size === null ? 0 : (size < 0 ? -1 : 1) * (1 + halfToEven(4 * Math.sqrt(Number.isFinite(size) ? Math.min(Math.abs(size) / most, 1) : 0))));
const waiting = (use, uses) => (use ? use + "/" + uses + " …" : "");
const textOf = (x) => (x === null ? "" : numberText(x, point));

// The steps as stepper.js plays them; in place of its sides and its line a step has the event that they are made from.
const lineOf = (event) => sidesIn(texts, event).join(" = ") + (remarkOn(event) && " (" + remarkOn(event) + ")");
const kindNumbers = new Map();
function remade(before = []) {
  const most = compute();
  return events.map((event, i) => {
    const [, , , text, was, , factor] = before[i] ?? [];
    const { kind, node, result, use, uses, edge, local, source } = event;
    const meaning = remarkOn(event) || meaningOf(event);
    if (!kindNumbers.has(meaning)) kindNumbers.set(meaning, told.words.kinds.push([kind, meaning]) - 1);
    const after = (kind === 3 && uses > 1 && waiting(use, uses)) || (was?.result === result ? text : textOf(result));
    const step = [kindNumbers.get(meaning), node, uses > 1 ? waiting(kind > 3 ? uses : use - 1, uses) : "", after, event];
    if (kind === 1) step.push(edgesOf[node]);
    if (kind === 3) step.push([edge], local === null ? "" : was?.local === local && was.result < 0 === result < 0 ? factor : factorText(local, result < 0, edge), shownOn.get(edge) ?? -1, [source], widthOf(result, most));
    return step;
  });
}
function living() {
  told.words.kinds = [];
  told.steps = remade();
  return told;
}
