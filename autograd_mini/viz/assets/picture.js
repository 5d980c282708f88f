// The picture both pages share: boxes that can be filled, formulas that can be built, zoom and pan.
"use strict";
const find = (id) => document.getElementById(id);
const panel = find("panel");
const svg = panel.firstChild;
const nodes = [...svg.querySelectorAll(".node")];
const edges = [...svg.querySelectorAll(".edge")];
const labels = {};
for (const label of svg.querySelectorAll(".partial")) labels[label.dataset.edge.slice(1)] = label;
const boxOf = (node, kind) => nodes[node].querySelector(kind);
const smooth = matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";

// Write a number into a box or onto an edge; "" empties it again.
function write(box, text) {
  if (!box) return;
  const number = box.querySelector(".number");
  number.textContent = text;
  number.classList.toggle("long", text.length > 8);
  box.classList.toggle("known", text !== "");
}

// A formula comes as a tree: "if" is the identifier f, ["r", "iu", "o+", "iv"] a row.
const tags = {
  i: "mi", n: "mn", o: "mo", t: "mtext", r: "mrow", f: "mfrac", b: "msub", p: "msup", q: "msqrt", m: "math",
};
function formula(tree) {
  const element = document.createElementNS("http://www.w3.org/1998/Math/MathML", tags[tree[0][0]]);
  if (typeof tree === "string") element.textContent = tree.slice(1);
  else element.append(...tree.slice(1).map(formula));
  return element;
}
// The sides of an equation, each a formula of its own, so that a line can break before every =.
const equation = (sides) => sides.map((side, i) => formula(i ? ["m", "o=", side] : ["m", side]));

// Mark nodes and edges as those of the moment, and only them.
let marked = [];
function mark(pairs) {
  for (const [element, kind] of marked) element.classList.remove(kind);
  for (const [element, kind] of pairs) element.classList.add(kind);
  marked = pairs;
}

const { width, height } = svg.viewBox.baseVal;
const places = nodes.map((node) => node.getAttribute("transform").match(/[-\d.]+/g).map(Number));
let zoom = 0;
function resize(factor) {
  const x = (panel.scrollLeft + panel.clientWidth / 2) / zoom;
  const y = (panel.scrollTop + panel.clientHeight / 2) / zoom;
  zoom = Math.min(Math.max(zoom * factor, 0.05), 4);
  svg.style.width = `${width * zoom}px`;
  panel.scrollLeft = x * zoom - panel.clientWidth / 2;
  panel.scrollTop = y * zoom - panel.clientHeight / 2;
}
// As large as fits, but never so small that the numbers cannot be read.
function fit(least) {
  zoom = Math.min(panel.clientWidth / width, (panel.clientHeight || height) / height, 1.5);
  resize(Math.max(1, least / zoom));
}
function show(node) {
  const [x, y] = places[node];
  const seen = (at, size, from, room) => at * zoom >= from && (at + size) * zoom <= from + room;
  if (seen(x, 200, panel.scrollLeft, panel.clientWidth) && seen(y, 110, panel.scrollTop, panel.clientHeight)) return;
  const left = (x + 100) * zoom - panel.clientWidth / 2;
  panel.scrollTo({ left, top: (y + 55) * zoom - panel.clientHeight / 2, behavior: smooth });
}

find("in").onclick = () => resize(1.25);
find("out").onclick = () => resize(0.8);
find("fit").onclick = () => fit(0);
panel.addEventListener("wheel", (event) => {
  if (!event.ctrlKey) return;
  event.preventDefault();
  resize(Math.exp(-event.deltaY / 300));
}, { passive: false });
panel.onpointermove = (event) => {
  if (event.pointerType !== "mouse" || !(event.buttons & 1)) return;
  panel.scrollBy(-event.movementX, -event.movementY);
};
fit(0.75);
addEventListener("resize", () => fit(0.75));
