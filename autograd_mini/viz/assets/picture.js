// What both pages share: boxes that can be filled, formulas that can be built, zoom and pan.
"use strict";
const { panel, turned, larger, smaller, whole } = window;
const picture = panel.firstChild;
const all = (kind) => [...picture.querySelectorAll(kind)];
const [nodes, edges, labels] = [all(".node"), all(".edge"), all(".partial")];
for (const button of document.querySelectorAll("[title]")) button.ariaLabel = button.title;

// Set a text with its indices below and its powers above the line: few fonts have these digits.
function set(element, text) {
  let low = 0;
  if (/^[−\d.,×() ⊖]+$/.test(text) && element.children.length === 1) return void (element.firstChild.textContent = text);
  element.textContent = "";
  text.split(/([⁻⁰¹²³⁴-⁾]+|[₀-₉]+(?:,[₀-₉]+)*)/).forEach((part, i) => {
    if (!part) return;
    const place = i % 2 && (part < "₀" ? -0.36 : 0.2);
    const piece = document.createElementNS(element.namespaceURI, "tspan");
    piece.textContent = i % 2 ? part.normalize("NFKC") : part;
    piece.setAttribute("dy", (place - low) / (i % 2 ? 0.7 : 1) + "em");
    piece.classList.toggle("back", i % 2 < 1);
    element.append(piece);
    low = place;
  });
}

// Write a number into a box or onto an edge; "" empties it again.
function write(box, text) {
  if (!box) return;
  set(box.lastChild, text);
  box.classList.toggle("known", text);
  box.classList.toggle("long", text.length > 6);
}

// A formula comes as a tree: "if" is the identifier f, ["r", "iu", "o+", "iv"] a row, ["d", "if", "iu"] is ∂f/∂u.
// A bracket grows around a fraction alone: Chromium leaves gaps around what can grow.
const tags = { m: "ath", t: "text", r: "row", f: "frac", b: "sub", p: "sup", q: "sqrt", s: "subsup", u: "under", w: "table", y: "tr", z: "td" };
function formula(tree) {
  const { target } = tree;
  if (tree[0] === "d") tree = ["f", ["r", "i∂", tree[1]], ["r", "i∂", tree[2]]];
  const element = document.createElementNS("http://www.w3.org/1998/Math/MathML", "m" + (tags[tree[0][0]] ?? tree[0][0]));
  element.append(...(tree.big ? [tree.slice(1)] : tree.slice(1).map(formula)));
  if (!element.querySelector("mfrac")) for (const part of element.children) part.setAttribute("stretchy", false);
  if (target) element.dataset.r = target;
  return element;
}
// Every side of an equation is a formula of its own, so that a line can break before each =.
const equation = (sides) => sides.map((side, i) => formula(i ? ["m", "o=", side] : ["m", side]));

// Mark what the moment is about, and only that.
function mark(kind, elements) {
  for (const element of all("." + kind)) element.classList.remove(kind);
  for (const element of elements) element?.classList.add(kind);
}

const size = picture.viewBox.baseVal;
const parts = [picture, ...all("g, g *")];
for (const text of all("text:not(:has(*))")) set(text, text.textContent);

// As large as fits, but at first not so small that the numbers cannot be read.
let zoom, wanted, seen = [];
function enlarge(factor) {
  const [x, y] = [panel.clientWidth / 2, panel.clientHeight / 2];
  const [left, top] = [panel.scrollLeft + x, panel.scrollTop + y];
  zoom *= factor;
  picture.style.width = size.width * zoom + "px";
  panel.scrollTo(left * factor - x, top * factor - y);
}
function fit(least) {
  zoom = wanted = Math.max(least, Math.min(1.5, panel.clientWidth / size.width, panel.clientHeight / size.height));
  enlarge(1);
  show(seen);
}
// Bring all of these into view, smaller for as long as they need it.
function show(parts) {
  seen = parts.filter((part) => part?.getBBox().height);
  if (!seen[0]) return;
  const boxes = seen.map((part) => part.getBoundingClientRect());
  const length = (start, end) => 40 + Math.max(...boxes.map((box) => box[end])) - Math.min(...boxes.map((box) => box[start]));
  enlarge(Math.min(wanted / zoom, panel.clientWidth / length("left", "right"), panel.clientHeight / length("top", "bottom")));
  for (const part of seen) part.scrollIntoView({ block: "nearest", inline: "nearest" });
}
function scale(factor) {
  wanted = zoom * factor;
  enlarge(factor);
}
larger.onclick = () => scale(1.25);
smaller.onclick = () => scale(0.8);
whole.onclick = () => fit(0);
// A notebook may open the page where it is not seen: its window then has a size at last, and is not told.
// On a narrow screen the graph runs downwards: some attributes of some parts are others then.
let room;
const changes = JSON.parse(turned.textContent);
new ResizeObserver(() => {
  if (room === (room = panel.offsetWidth + 1e5 * innerHeight)) return;
  if (room % 1e5 && panel.clientWidth < 0.75 * size.width)
    for (const name in changes) for (const i in changes[name]) parts[i].setAttribute(name, changes[name][i]);
  fit(0.715);
}).observe(panel);
panel.onwheel = (event) => {
  if (event.ctrlKey) scale(2 ** (-event.deltaY / 200)), event.preventDefault();
};
panel.onpointermove = (event) => {
  if (event.pointerType === "mouse" && event.buttons) panel.scrollBy(-event.movementX, -event.movementY);
};
