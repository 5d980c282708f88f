// Opens a line to its operations: below it in the list, or above the page, by its card, a button or the key o.
const { inner, insides, opened, shut, into } = window;
const { given, about, within, starts } = JSON.parse(inner.textContent);
for (const [node, number] of given) write(boxOf(1, node), number);

// Brackets grow around a matrix, too.
const flat = formula;
formula = (tree) => {
  const element = flat(tree);
  if (element.querySelector("mtable")) for (const part of element.children) part.removeAttribute("stretchy");
  return element;
};

const boxes = {};
Object.keys(within).forEach((place, i) => {
  const box = (boxes[place] = insides.children[i]);
  box.ontoggle = () => {
    box.ontoggle = () => box.open || opened.close();
    box.querySelectorAll("li").forEach((item, k) => {
      const said = document.createElement("span");
      said.setAttribute("role", "img");
      said.ariaLabel = speech(lines.push(item.textContent) - 1);
      said.append(...equation(within[place][k]));
      item.replaceChildren(said);
    });
  };
  const card = nodes[place];
  card.classList.add("opens");
  card.setAttribute("tabindex", 0);
  card.setAttribute("role", "button");
  card.ariaLabel = box.firstChild.textContent;
  card.onclick = () => dragged || reveal(place);
  card.onkeydown = (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    event.stopPropagation();
    reveal(place);
  };
});
picture.setAttribute("role", "group");
insides.hidden = true;

// A click at the end of a drag is none.
let dragged;
panel.addEventListener("pointerdown", () => (dragged = false));
panel.addEventListener("pointermove", (event) => (dragged ||= event.buttons && Math.abs(event.movementX) + Math.abs(event.movementY) > 3));

let home;
function reveal(place) {
  const box = boxes[place];
  if (!box || opened.open) return;
  home = box.parentNode;
  opened.append(box);
  box.open = true;
  opened.showModal();
}
opened.onclose = () => {
  const box = opened.querySelector(".inside");
  home.append(box);
  box.open = false;
};
shut.onclick = () => opened.close();
opened.onclick = (event) => void (event.target === opened && opened.close());
into.onclick = () => reveal(about[at - 1]);
addEventListener("keydown", (event) => {
  if (event.key !== "o" || event.ctrlKey || event.altKey || event.metaKey) return;
  opened.open ? opened.close() : into.click();
});

const pass = go;
go = (to) => {
  pass(to);
  into.disabled = !boxes[about[at - 1]];
};
go(at);

// In the list a line that can be opened has its operations below it.
const make = list.ontoggle;
list.ontoggle = onbeforeprint = () => {
  opened.close();
  make();
  for (const place in boxes) items[starts[place]].append(boxes[place]);
};
