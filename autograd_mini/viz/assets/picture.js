// What both pages share: boxes that can be filled, formulas that can be built, zoom and pan.
"use strict";
const { panel, larger, smaller, whole } = window;
const picture = panel.firstChild;
const all = (kind) => [...picture.querySelectorAll(kind)];
const [nodes, edges, labels] = [all(".node"), all(".edge"), all(".partial")];
for (const button of document.querySelectorAll("[title]")) button.ariaLabel = button.title;

// Write a number into a box or onto an edge; "" empties it again.
function write(box, text) {
  box.lastChild.textContent = text;
  box.classList.toggle("known", text);
  box.classList.toggle("long", text.length > 8);
}

// A formula comes as a tree: "if" is the identifier f, ["r", "iu", "o+", "iv"] a row, ["d", "if", "iu"] is ∂f/∂u.
// A bracket grows around a fraction alone: Chromium leaves gaps around what can grow.
const tags = { m: "math", i: "mi", n: "mn", o: "mo", t: "mtext", r: "mrow", f: "mfrac", b: "msub", p: "msup", q: "msqrt", s: "msubsup" };
function formula(tree) {
  if (tree[0] === "d") tree = ["f", ["r", "i∂", tree[1]], ["r", "i∂", tree[2]]];
  const element = document.createElementNS("http://www.w3.org/1998/Math/MathML", tags[tree[0][0]]);
  element.append(...(tree.big ? [tree.slice(1)] : tree.slice(1).map(formula)));
  if (!element.querySelector("mfrac")) for (const part of element.children) part.setAttribute("stretchy", false);
  return element;
}
// Every side of an equation is a formula of its own, so that a line can break before each =.
const equation = (sides) => sides.map((side, i) => formula(i ? ["m", "o=", side] : ["m", side]));

// Mark what the moment is about, and only that.
function mark(kind, elements) {
  for (const element of all("." + kind)) element.classList.remove(kind);
  for (const element of elements) element?.classList.add(kind);
}

// As large as fits, but at first not so small that the numbers cannot be read.
const { width, height } = picture.viewBox.baseVal;
let zoom;
function enlarge(factor) {
  const [x, y] = [panel.clientWidth / 2, panel.clientHeight / 2];
  const [left, top] = [panel.scrollLeft + x, panel.scrollTop + y];
  zoom *= factor;
  picture.style.width = width * zoom + "px";
  panel.scrollTo({ left: left * factor - x, top: top * factor - y, behavior: "instant" });
}
function fit(least) {
  zoom = Math.max(least, Math.min(1.5, panel.clientWidth / width, panel.clientHeight / height));
  enlarge(1);
}
larger.onclick = () => enlarge(1.25);
smaller.onclick = () => enlarge(0.8);
whole.onclick = () => fit(0);
// A notebook may open the page where it is not seen: its window then has a size at last, and is not told.
let room;
new ResizeObserver(() => {
  if (room !== (room = panel.offsetWidth + 1e5 * innerHeight)) fit(0.75);
}).observe(panel);
panel.onwheel = (event) => {
  if (event.ctrlKey) enlarge(2 ** (-event.deltaY / 200)), event.preventDefault();
};
panel.onpointermove = (event) => {
  if (event.pointerType !== "mouse" || !event.buttons) return;
  panel.scrollBy({ left: -event.movementX, top: -event.movementY, behavior: "instant" });
};
