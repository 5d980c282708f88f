// Plays the steps. A step fills one box; undoing it gives the box back what it held before.
const { trace, phase, what, line, said, count, scrubber, speed, play, flows, list } = window;
const { steps, words, sweep } = typeof living === "function" ? living() : JSON.parse(trace.textContent);
const items = [...list.querySelectorAll("li")];
const sweeps = list.querySelectorAll("h2");

const boxOf = (kind, place) => nodes[place]?.querySelector(kind < 2 ? ".value" : ".gradient");
function change(step, forth) {
  const [which, place, before, after] = step;
  write(boxOf(words.kinds[which][0], place), forth ? after : before);
  carry(step, forth);
}
// Of a product there is one label, -1 where none shows it.
function carry([, , , , , joined, factor, label, , flow], forth) {
  if (!(label > -2)) return;
  write(labels[label], forth ? factor : "");
  for (const i of joined) {
    edges[i].classList.toggle("down", forth && flow < 0);
    edges[i].classList.toggle("up", forth && flow >= 0);
    forth ? edges[i].style = flow ? "--flow:" + Math.abs(flow) : "--line:var(--grey)" : edges[i].removeAttribute("style");
  }
}

// A page whose numbers can change makes sides and lines when they are wanted, see alive.js.
const sidesOf = (sides) => (Array.isArray(sides) ? sides : sidesIn(trees, sides));

// A line as one says it, with a word for every sign.
const lines = items.map((item) => item.textContent);
const spoken = (sign) => (words.aloud[sign] ? " " + words.aloud[sign] + " " : sign);
const speech = (i) => [...(steps[i]?.[4].kind + 1 ? lineOf(steps[i][4]) : lines[i])].map(spoken).join("").split(" ").filter(Boolean).join(" ");

// The list becomes mathematics when it is wanted, on screen or on paper.
function enter(item, i) {
  const link = document.createElement("a");
  link.href = "#step=" + (i + 1);
  link.onclick = () => (jump(i + 1), false);
  link.ariaLabel = speech(i);
  link.append(...equation(sidesOf(steps[i][4])));
  item.replaceChildren(link);
}
list.ontoggle = onbeforeprint = () => {
  items.forEach(enter);
  list.ontoggle = onbeforeprint = null;
};

let at = 0;
let saving, current;
function go(to) {
  to = Math.min(Math.max(to, 0), steps.length);
  while (at < to) change(steps[at++], true);
  while (at > to) change(steps[--at], false);
  const [which = 0, place, , , , joined = [], , , from = []] = steps[at - 1] || [];
  const kind = at && words.kinds[which][0];
  document.body.className = kind < 2 ? "values" : sweep;
  line.className = "kind" + kind;
  phase.textContent = at ? sweeps[kind < 2 ? 0 : 1].textContent : "";
  tell();
  count.textContent = at + " / " + steps.length;
  scrubber.value = at;
  if (current) current.ariaCurrent = null;
  current = items[at - 1];
  if (current) current.ariaCurrent = "step";
  const here = [nodes[place], ...joined.map((i) => edges[i])];
  mark("now", [boxOf(kind, place), ...here]);
  mark("source", from.map((i) => boxOf(kind, i)));
  show([...from.map((i) => nodes[i]), ...here]);
  clearTimeout(saving);
  saving = setTimeout(save, 250);
}
function tell() {
  const [which, , , , sides = []] = steps[at - 1] || [];
  const now = at ? words.kinds[which][1] : words.empty;
  what.textContent = now;
  line.replaceChildren(...equation(sidesOf(sides)));
  for (const side of line.children) side.ariaHidden = true;
  line.ariaLabel = at ? speech(at - 1) : now;
  said.textContent = scrubber.ariaLabel + " " + at + ". " + line.ariaLabel;
}

// The address is written when the steps rest: browsers stop pages that write it all the time.
function save() {
  if (location.protocol !== "about:") history.replaceState(null, "", "#step=" + at);
}
onhashchange = () => {
  const asked = location.hash.match(/^#step=(\d+)/);
  if (asked) go(+asked[1]);
};

let timer;
function run(on) {
  clearInterval(timer);
  timer = on && setInterval(() => (at < steps.length ? go(at + 1) : run(false)), speed.value);
  play.ariaLabel = play.title = on ? words.pause : words.play;
  play.textContent = on ? "❚❚" : "►";
}
const moves = {
  first: () => 0,
  previous: () => at - 1,
  next: () => at + 1,
  last: () => steps.length,
};
function jump(to) {
  run(false);
  go(to);
}
function toggle() {
  if (!timer && at === steps.length) go(0);
  run(!timer);
}
for (const name in moves) window[name].onclick = () => jump(moves[name]());
play.onclick = toggle;
flows.onclick = () => panel.classList.toggle("plain");
scrubber.oninput = () => jump(+scrubber.value);
speed.onchange = () => run(timer);
const keys = { Home: "first", ArrowLeft: "previous", " ": "play", ArrowRight: "next", End: "last" };
onkeydown = (event) => {
  const button = window[keys[event.key]];
  const other = event.ctrlKey || event.altKey || event.metaKey || event.target.matches("select, [inputmode]");
  if (!button || other || (event.key === " " && event.target.matches("button, a, summary"))) return;
  event.preventDefault();
  button.click();
};
go(0);
onhashchange();
