// Plays the steps. A step fills one box; undoing it gives the box back what it held before.
const { trace, phase, what, line, said, count, scrubber, speed, play } = window;
const { steps, words, sweep } = JSON.parse(trace.textContent);
const items = [...document.querySelectorAll("li a")];
const held = new Map();
const changes = steps.map(([kind, node, after, sides, joined = [], partial, source]) => {
  const box = nodes[node].querySelector(kind < 2 ? ".value" : ".gradient");
  const before = held.get(box) || "";
  held.set(box, after);
  return { kind, node, after, sides, joined, partial, source, box, before };
});

function change(step, forth) {
  write(step.box, forth ? step.after : step.before);
  if (step.partial) write(labels["e" + step.joined], forth ? step.partial : "");
}

let at = 0;
let saving;
function go(to) {
  to = Math.min(Math.max(to, 0), changes.length);
  while (at < to) change(changes[at++], true);
  while (at > to) change(changes[--at], false);
  const { kind = 0, node, sides = [], joined = [], source } = changes[at - 1] || {};
  document.body.className = `${kind < 2 ? "values" : sweep} kind${kind}`;
  phase.textContent = at && words.sweeps[kind < 2 ? 0 : 1];
  what.textContent = at ? words.kinds[kind] : words.empty;
  line.replaceChildren(...equation(sides));
  said.textContent = `${words.step} ${at}. ${at ? items[at - 1].textContent : words.empty}`;
  count.textContent = `${at} / ${changes.length}`;
  scrubber.value = at;
  document.querySelector("[aria-current]")?.removeAttribute("aria-current");
  items[at - 1]?.setAttribute("aria-current", "step");
  const lit = joined.map((edge) => [edges[edge], "now"]);
  if (at) lit.push([nodes[node], "now"]), show(nodes[node]);
  if (source >= 0) lit.push([nodes[source], "source"]);
  mark(lit);
  clearTimeout(saving);
  saving = setTimeout(save, 250);
}

// The address is written when the steps rest: browsers stop pages that write it all the time.
function save() {
  if (location.protocol !== "about:") history.replaceState(null, "", "#step=" + at);
}
onhashchange = () => {
  const asked = /^#step=(\d+)$/.exec(location.hash);
  if (asked) go(+asked[1]);
};

let timer;
function run(on) {
  clearInterval(timer);
  timer = on && setInterval(() => (at < changes.length ? go(at + 1) : run(false)), speed.value);
  play.title = on ? words.pause : words.play;
  play.textContent = on ? "❚❚" : "►";
}
const moves = {
  first: () => 0,
  previous: () => at - 1,
  next: () => at + 1,
  last: () => changes.length,
};
function jump(to) {
  run(false);
  go(to);
}
function toggle() {
  if (!timer && at === changes.length) go(0);
  run(!timer);
}
for (const name in moves) window[name].onclick = () => jump(moves[name]());
play.onclick = toggle;
scrubber.oninput = () => jump(+scrubber.value);
speed.onchange = () => run(timer);
items.forEach((item, i) => (item.onclick = () => jump(i + 1)));
const keys = { Home: "first", ArrowLeft: "previous", " ": "play", ArrowRight: "next", End: "last" };
onkeydown = (event) => {
  const button = window[keys[event.key]];
  const other = event.ctrlKey || event.altKey || event.metaKey || event.shiftKey || event.target === speed;
  if (!button || other || (event.key === " " && event.target.matches("button, a, summary"))) return;
  event.preventDefault();
  button.click();
};
go(0);
onhashchange();
