// Plays the steps. A step fills one box; undoing it gives the box back what it held before.
const { steps, words, reverse } = JSON.parse(find("trace").textContent);
const items = [...document.querySelectorAll("ol a")];
const held = {};
const changes = steps.map(([kind, node, after, sides, joined = [], partial = "", source = -1]) => {
  const box = boxOf(node, kind < 2 ? ".value" : ".gradient");
  const key = `${kind < 2} ${node}`;
  const before = held[key] || "";
  held[key] = after;
  return { kind, node, box, before, after, sides, joined, partial, source };
});

function change(step, forth) {
  write(step.box, forth ? step.after : step.before);
  if (step.partial) write(labels[step.joined[0]], forth ? step.partial : "");
}

let at = 0;
let saving = 0;
function go(to) {
  to = Math.min(Math.max(to, 0), changes.length);
  while (at < to) change(changes[at++], true);
  while (at > to) change(changes[--at], false);
  const step = changes[at - 1];
  const kind = step ? step.kind : -1;
  document.body.className = step ? `kind${kind} ${kind < 2 ? "forth" : reverse ? "back reverse" : "back"}` : "";
  find("sweep").textContent = step ? words.sweeps[+(kind > 1)] : "";
  find("what").textContent = step ? words.kinds[kind] : words.empty;
  find("line").replaceChildren(...(step ? equation(step.sides) : []));
  find("said").textContent = `${words.step} ${at}. ${step ? items[at - 1].textContent : words.empty}`;
  find("count").textContent = `${at} / ${changes.length}`;
  find("scrubber").value = at;
  for (const item of document.querySelectorAll("[aria-current]")) item.removeAttribute("aria-current");
  if (step) {
    items[at - 1].setAttribute("aria-current", "step");
    const lights = step.joined.map((edge) => [edges[edge], "now"]);
    if (step.source >= 0) lights.push([nodes[step.source], "source"]);
    mark([...lights, [nodes[step.node], "now"]]);
    show(step.node);
  } else mark([]);
  clearTimeout(saving);
  saving = setTimeout(save, 250);
}

// The address is written when the steps rest: browsers slow down pages that write it all the time.
function save() {
  if (location.protocol !== "about:") history.replaceState(null, "", `#step=${at}`);
}
function load() {
  const asked = /^#step=(\d+)$/.exec(location.hash);
  if (asked) go(+asked[1]);
}

let timer = 0;
function play(on) {
  clearInterval(timer);
  timer = on ? setInterval(() => (at < changes.length ? go(at + 1) : play(false)), find("speed").value) : 0;
  const label = on ? words.pause : words.play;
  find("play").title = label;
  find("play").setAttribute("aria-label", label);
  find("play").classList.toggle("on", on);
}
function toggle() {
  if (!timer && at === changes.length) go(0);
  play(!timer);
}
const jump = (to) => (play(false), go(to));

const moves = {
  first: () => jump(0),
  previous: () => jump(at - 1),
  play: toggle,
  next: () => jump(at + 1),
  last: () => jump(changes.length),
};
for (const name in moves) find(name).onclick = moves[name];
const keys = { Home: "first", ArrowLeft: "previous", " ": "play", ArrowRight: "next", End: "last" };
addEventListener("keydown", (event) => {
  const move = moves[keys[event.key]];
  const taken = event.ctrlKey || event.altKey || event.metaKey || event.shiftKey || event.target.matches("select");
  if (!move || taken || (event.key === " " && event.target.matches("button, a, summary"))) return;
  event.preventDefault();
  move();
});
find("scrubber").oninput = (event) => jump(+event.target.value);
find("speed").onchange = () => timer && play(true);
items.forEach((item, i) => (item.onclick = (event) => (event.preventDefault(), jump(i + 1))));
addEventListener("hashchange", load);
go(0);
load();
