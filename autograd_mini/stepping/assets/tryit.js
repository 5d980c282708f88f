// The fields of the inputs, what one can try with them, and links between the formula and the picture.
const { inputs, tryit, subject, nudge, nudged, paths, cost, negative } = window;
const goal = forward ? graph.length - 1 : start;
const leaves = order.filter((i) => !Array.isArray(graph[i]));
const variables = leaves.filter((i) => !known.has(i));
const begun = [...graph];
const make = (tag, ...content) => {
  const element = document.createElement(tag);
  element.append(...content);
  return element;
};
const maths = (...pieces) => formula(["m", ["r", ...pieces]]);
const numeral = (x) => (x === null ? "n?" : trees.number(x)[0]);
const bracketed = (x) => operand(trees, trees.number(x), PRODUCT);
const phrase = (key, ...what) => sentences[key].split("{}").reduce((text, part, i) => text + what[i - 1] + part);

// A changed number: all steps anew, and in the picture what is to be seen of them.
function renew(typed) {
  const [before, painted] = [[...steps], new Set()];
  remade(before).forEach((step, i) => (steps[i] = step));
  for (let i = at - 1; i >= 0; i--) {
    const step = steps[i];
    const part = (events[i].kind < 2 ? "v" : "g") + step[1];
    if (!painted.has(part) && step[3] !== before[i][3]) write(boxOf(events[i].kind, step[1]), step[3]);
    painted.add(part);
    if (step[6] !== before[i][6]) write(labels[step[7]], step[6]);
    if (step[9] !== before[i][9]) carry(step, true);
  }
  tell();
  if (!list.ontoggle) enterAll(0);
  negative.hidden = !steps.some((step) => step[9] < 0);
  for (const i of leaves) if (i !== typed) fields[i].value = fieldText(graph[i]);
  if (tryit.open) show_all();
}

// The lines of the list follow, of many some at a time.
let waitingLines;
function enterAll(next, end) {
  clearTimeout(waitingLines);
  end ??= performance.now() + 6;
  let i = next;
  while (i < items.length && performance.now() < end) enter(items[i], i++);
  list.ariaBusy = i < items.length;
  if (i < items.length) waitingLines = setTimeout(() => enterAll(i));
}
addEventListener("beforeprint", () => list.ariaBusy === "true" && enterAll(0, Infinity));

// A field for each input: text, arrows, and dragging of its name or its card; an empty one is not known.
const fieldText = (x) => (x === null ? "" : (x + "").replace(".", point).replace("Infinity", "∞"));
function read(text) {
  const plain = text.trim().replace(",", ".").replace("−", "-");
  return plain === "" ? null : /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(plain) ? +plain : undefined;
}
function assign(i, x) {
  fields[i].ariaInvalid = null;
  if (graph[i] === x) return;
  graph[i] = x;
  renew(i);
}
const unitOf = (i) => (Number.isInteger(+begun[i]) ? 1 : 0.1);
const unitFor = (event, i) => unitOf(i) * (event.shiftKey ? 10 : event.altKey ? 0.1 : 1);
function move(i, by) {
  assign(i, +(+graph[i] + by).toPrecision(12));
  fields[i].value = fieldText(graph[i]);
}
const fields = {};
for (const i of leaves) {
  const field = (fields[i] = make("input"));
  field.inputMode = "decimal";
  field.autocomplete = "off";
  field.ariaLabel = names[i][1];
  field.value = fieldText(begun[i]);
  field.oninput = () => {
    const x = read(field.value);
    if (x === undefined) field.ariaInvalid = "true";
    else assign(i, x);
  };
  field.onblur = () => {
    field.value = fieldText(graph[i]);
    field.ariaInvalid = null;
  };
  field.onkeydown = (event) => {
    const sign = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (!sign) return;
    event.preventDefault();
    move(i, sign * unitFor(event, i));
  };
  const name = make("span", maths(names[i][0]));
  name.ariaHidden = true;
  name.title = sentences.drag;
  const label = make("label", name, field);
  label.dataset.r = "v" + i;
  inputs.append(label);
  draggable(name, i);
  draggable(nodes[i], i);
}
function draggable(handle, i) {
  let last = null, moved;
  handle.classList.add("drag");
  handle.addEventListener("pointerdown", (event) => {
    [last, moved] = [event.clientX, false];
    handle.setPointerCapture(event.pointerId);
  });
  handle.addEventListener("pointermove", (event) => {
    if (last === null) return;
    event.stopPropagation();
    const count = Math.trunc((event.clientX - last) / 8);
    if (!count) return;
    last += 8 * count;
    moved = true;
    move(i, count * unitFor(event, i));
  });
  handle.addEventListener("pointerup", () => (last = null));
  handle.addEventListener("pointercancel", () => (last = null));
  handle.addEventListener("click", (event) => {
    event.preventDefault();
    if (!moved) fields[i].focus(), fields[i].select();
  });
}
const reset = make("button", "↺");
reset.title = reset.ariaLabel = sentences.reset;
reset.onclick = () => {
  for (const i of leaves) graph[i] = begun[i];
  losses.length = 0;
  window.updates?.replaceChildren();
  renew();
};
inputs.append(reset);

// Edges on the way to the goal, and how often they would be multiplied along.
const ancestors = new Set([goal]);
for (let i = goal; i >= 0; i--) if (ancestors.has(i)) for (const parent of parents[i]) if (!held.has(parent)) ancestors.add(parent);
const ways = parents.flatMap((places, user) => (ancestors.has(user) && !held.has(user) ? places.map((parent, place) => [user, place, parent]) : [])).filter((way) => !held.has(way[2]));
const usersOf = [];
for (const way of ways) (usersOf[way[2]] ??= []).push(way);
const onTheWay = (i) => {
  const reached = new Set([i]);
  return ways.filter(([user, , parent]) => reached.has(parent) && reached.add(user)).length;
};
let forwardSum;
const forwardCost = () => (forwardSum ??= variables.reduce((sum, i) => sum + onTheWay(i), 0));
function countPaths(i) {
  const [count, length] = [[], []];
  [count[goal], length[goal]] = [1, 0];
  for (let node = goal - 1; node >= i; node--) {
    const users = usersOf[node] ?? [];
    count[node] = users.reduce((sum, way) => sum + count[way[0]], 0);
    length[node] = users.reduce((sum, way) => sum + length[way[0]] + count[way[0]], 0);
  }
  return [count[i], length[i]];
}
const MOST = 12;
function pathsOf(i, most) {
  const paths = [];
  const go_on = (node, path) => {
    if (node === goal) paths.push(path);
    else for (const way of usersOf[node]) if (paths.length < most) go_on(way[0], [...path, way]);
  };
  go_on(i, []);
  return paths;
}
const localOf = ([user, place]) => partialOf(user, place);
const isShut = ([user, place]) => rules[graph[user][0]].c && localOf([user, place]) === 0;
const slopeOf = (i) => ["d", names[goal][0], names[i][0]];
const gradientOf = (i) => (forward ? found[goal] : i === goal ? 1 : found[i]) ?? null;

// What lights up: parts of the picture, found once, and of what is written around it.
const shapes = {};
nodes.forEach((node, i) => {
  shapes["v" + i] = [node];
  shapes["g" + i] = [node.querySelector(".gradient")];
});
edges.forEach((edge, i) => (shapes["e" + i] = [edge]));
drawn.forEach((edge, i) => shapes["e" + edge].push(labels[i]));
for (const part in shapes) for (const shape of shapes[part]) if (shape) shape.dataset.r = part;
let lit = [];
function light(wanted) {
  const [old, chosen] = [lit, new Set(wanted)];
  const around = document.querySelectorAll("#line [data-r], #inputs [data-r], tr[data-r]");
  lit = [...[...chosen].flatMap((part) => shapes[part]), ...[...around].filter((part) => chosen.has(part.dataset.r))];
  for (const part of old) part?.classList.remove("lit");
  for (const part of lit) part?.classList.add("lit");
}
const alongPath = (path) => path.flatMap(([user, place, parent]) => ["v" + parent, "e" + (begins[user] + place), "v" + user]);

function show_paths(i) {
  const [count, length] = countPaths(i);
  const some = pathsOf(i, MOST);
  const products = some.map((path) => (path.some(isShut) ? 0 : path.map(localOf).reduceRight((product, x) => (x === null || product === null ? null : product * x), 1)));
  const rows = some.map((path, k) => {
    const locals = path.map(localOf);
    const chain = [names[i][0], ...path.flatMap((way) => ["o→", names[way[0]][0]])];
    const product = products[k] === null ? [] : locals.flatMap((x, k) => (k ? ["o·", bracketed(x)] : [bracketed(x)]));
    const row = make("button", maths(...chain), maths(...product, ...(product[1] ? ["o=", numeral(products[k])] : [])));
    row.onpointerenter = row.onfocus = () => light(alongPath(path));
    row.onpointerleave = row.onblur = () => light(some.flatMap(alongPath));
    return make("li", row);
  });
  const total = gradientOf(i);
  if (total !== null && some.length > 1) {
    const rest = count > some.length ? [make("span", " + … (" + phrase("more paths", count - some.length) + ")"), maths("o=", numeral(total))] : [];
    const sum = products.flatMap((x, k) => (k ? ["o+", bracketed(x)] : [numeral(x)]));
    rows.push(make("p", maths(slopeOf(i), "o=", ...sum), ...(rest[0] ? rest : [maths("o=", numeral(total))])));
  }
  paths.replaceChildren(...rows);
  cost.textContent = phrase("alone", names[i][1], length, onTheWay(i)) + " " + phrase("forward and reverse", variables.length, forwardCost(), ways.length);
  light(some.flatMap(alongPath));
}

// The goal's number where one input, or one use of it, is moved by h.
function moved_by(i, h, [user, place] = []) {
  const numbers = [...values];
  if (user === undefined) numbers[i] += h;
  for (let node = i + 1; node <= goal; node++)
    if (parents[node][0] !== undefined)
      numbers[node] = rules[graph[node][0]].f(...parents[node].map((parent, k) => numbers[parent] + (node === user && k === place ? h : 0)));
  return (numbers[goal] - values[goal]) / h;
}
let shrunk = 0;
function show_nudge(i) {
  const uses = usersOf[i] ?? [];
  const branches = uses.length > 1 && uses.length <= 6 ? uses : [];
  const via = ([user, place]) => make("span", maths(names[user][0]), roles[begins[user] + place] ?? "");
  const head = make("tr", make("th", maths("ih")), ...branches.map((way) => make("th", via(way))), make("th", maths(["f", ["r", "iΔ", names[goal][0]], "ih"])));
  const cell = (x) => make("td", maths(numeral(x)));
  const rows = Array.from({ length: shrunk }, (_, k) => {
    const h = +("1e-" + k);
    return make("tr", cell(h), ...branches.map((way) => cell(moved_by(i, h, way))), cell(moved_by(i, h)));
  });
  const terms = branches.map((way) => (isShut(way) ? 0 : forward ? gradientBy(way) : found[way[0]] * localOf(way)));
  const last = make("tr", make("th", maths(slopeOf(i))), ...terms.map(cell), cell(gradientOf(i)));
  last.dataset.r = "g" + (forward ? goal : i);
  nudged.replaceChildren(head, ...rows, last);
  nudge.textContent = phrase("nudged by", names[i][1], fieldText(+("1e-" + Math.min(shrunk, 6))));
  nudge.disabled = shrunk > 6 || values.includes(null);
}
// In forward mode the part of a derivative that goes along one edge first is not at hand.
const gradientBy = ([user, place]) => pathsOf(user, 1e4).reduce((sum, path) => sum + (path.some(isShut) ? 0 : path.map(localOf).reduce((x, y) => x * y, 1)), 0) * localOf([user, place]);
nudge.onclick = () => {
  shrunk++;
  show_nudge(+subject.value);
  light(["g" + (forward ? goal : subject.value)]);
};

// Descent along the gradients of all variables.
const losses = [];
if (!forward) {
  const { rate, descend } = window;
  rate.value = fieldText(0.1);
  descend.onclick = () => {
    const step = read(rate.value);
    rate.ariaInvalid = step > 0 ? null : "true";
    if (!(step > 0) || values[goal] === null) return;
    if (!losses[0]) losses.push(values[goal]);
    const lines = [];
    for (const i of variables) {
      if (found[i] === undefined) continue;
      const before = +graph[i];
      graph[i] = before - step * found[i];
      lines.push(make("p", maths(names[i][0], "o←", numeral(before), "o−", numeral(step), "o·", bracketed(found[i]), "o=", numeral(graph[i]))));
    }
    if (lines.length > 30) lines.splice(30, Infinity, make("p", "…"));
    renew();
    losses.push(values[goal]);
    updates.replaceChildren(make("p", maths(names[goal][0], "o=", numeral(losses.at(-2)), "o→", numeral(values[goal]))), ...lines);
    show_curve();
  };
}
function show_curve() {
  const { curve } = window;
  if (!curve) return;
  const finite = losses.filter(Number.isFinite);
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  const place = (x, i) => (8 + (284 * i) / Math.max(losses.length - 1, 10)).toFixed(1) + "," + (72 - (64 * (x - low)) / (high - low || 1)).toFixed(1);
  curve.firstChild.setAttribute("points", finite.map(place).join(" "));
  curve.ariaLabel = names[goal][1] + ": " + losses.map(textOf).join(" → ");
  curve.toggleAttribute("hidden", !finite[1]);
}

for (const i of forward ? [start] : variables) if (usersOf[i]) subject.append(new Option(names[i][1], i));
function show_all() {
  if (!subject.value) return;
  show_nudge(+subject.value);
  show_paths(+subject.value);
  show_curve();
}
subject.onchange = () => {
  shrunk = 0;
  show_all();
};
tryit.ontoggle = () => (tryit.open ? show_all() : light([]));

// What is pointed at, touched or walked to lights up in both places.
let pointed;
function point_at(target) {
  const part = target?.closest?.("[data-r]")?.dataset.r;
  if (part !== pointed) light((pointed = part) ? [part] : []);
}
for (const kind of ["pointerover", "pointerdown", "focusin"])
  document.addEventListener(kind, ({ target }) => target === line || target.closest?.("#tryit") || point_at(target));
line.tabIndex = 0;
line.addEventListener("keydown", (event) => {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const marked = [...line.querySelectorAll("[data-r]")];
  if (!by || !marked[0]) return;
  event.preventDefault();
  const place = marked.findIndex((element) => element.dataset.r === pointed);
  const other = marked.at(((place < 0 && by < 0 ? 0 : place) + by) % marked.length);
  point_at(other);
  said.textContent = other.textContent;
});
