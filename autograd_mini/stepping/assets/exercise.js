// Asks for every number, judges what is written, says what may have gone wrong, and fills the picture as it is found.
const { answers, score, solution, sheet, again, save, student } = window;
const content = JSON.parse(answers.textContent);
const { graph, called, point, given, inner, formal, about } = content;
// Formulas only so that no eye meets them by chance; numbers the page computes itself.
const shownAgain = (text) => new TextDecoder().decode(Uint8Array.from(atob(text), (c, i) => c.charCodeAt(0) ^ ((31 * i + 7) & 255)));
const questions = formal ? JSON.parse(shownAgain(content.questions)) : content.questions;
const rows = [...document.querySelectorAll("li")];
const looks = new Map(rows.map((row) => [row, row.className]));
const locals = document.getElementById("locals");
const boxOf = ({ n, b }) => nodes[n]?.querySelector(b ? ".gradient" : ".value");
const fields = {};
const labelled = {};
questions.forEach((question, i) => {
  question.inputs = [...rows[i].querySelectorAll("input")];
  question.k.forEach((key, j) => ((fields[key] ??= []).push(question.inputs[j]), (question.inputs[j].key = key)));
  for (const label of question.x ?? []) labelled[label[0]] = label;
});

// What is kept: texts by key, keys that were found or shown, wrong tries and hints by key, what is open.
const fresh = () => ({ texts: {}, found: {}, shown: {}, tries: {}, hints: {}, open: [], bare: false, student: about.variant ?? "" });
const stored = "autograd-mini " + [...answers.textContent + document.title].reduce((hash, c) => (hash * 31 + c.codePointAt(0)) % 4294967291, 7);
let state = fresh();
try {
  state = Object.assign(state, JSON.parse(localStorage.getItem(stored)));
} catch {}
function keep() {
  try {
    localStorage.setItem(stored, JSON.stringify(state));
  } catch {}
}

// Which numbers are asked follows from what is open.
const sheetOf = (open) =>
  makeSheet(graph, [...content.asked, ...open.flatMap((i) => inner[i])], content.starts, content.held, content.forward, content.wanted, content.names, content.read);
let page;
function prepare() {
  page = sheetOf(state.open);
}
const exact = { ...sheetOf([...inner.keys()]).exact, ...sheetOf([]).exact };
const isAsked = (question) =>
  !(question.d >= 0 && !state.open.includes(question.d)) && !(state.bare && question.b > 1) && !state.open.includes(question.c);
const isKnown = (key) => key in state.found || key in state.shown;

// A tree of a formula with the numbers in the places of their keys: all are found anew.
const shortText = (x) => numberText(Math.abs(x), point).split("·")[0];
const filled = (part) => (part.big ? (part[0] === "#" ? "n" + shortText(exact[part.slice(1)]) : part) : part.map(filled));
const textOf = (key) => (formal ? "" : numberText(exact[key], point));
function factorOf([, text, digits, key]) {
  const x = formal ? 0 : exact[key];
  return text.replace("#", numberText(digits < 17 ? +x.toPrecision(digits) : x, point));
}

// A verdict on every answer: [kind, mistakes].
let verdicts = {};
function judge() {
  if (!formal) {
    const shown = { ...state.shown };
    for (const key of Object.keys(state.found)) shown[key] = 1;
    verdicts = judgeAll(page, state.texts, Object.keys(shown));
  } else {
    verdicts = {};
    for (const key of Object.keys(state.texts)) verdicts[key] = [isKnown(key) ? "right" : judgeKey(page, formal, key, state.texts[key]), []];
  }
  for (const question of questions)
    for (const key of isAsked(question) ? question.k : [])
      if (verdicts[key]?.[0] === "right" && !(key in state.shown)) state.found[key] = 1;
}

function clause([kind, place, , about]) {
  const f = about < 0 ? "" : slips[graph[about][0]].n;
  return words["mistake " + kind].replace("{u}", called[place] ?? "").replace("{f}", f);
}
function said(key) {
  const [kind, mistakes] = verdicts[key] ?? [];
  if (key in state.shown) return words.given;
  if (!kind) return "";
  const clauses = unique(mistakes.map(clause)).slice(0, 2);
  if (clauses[0]) return words["comes out"].replace("{}", clauses.join(" " + words.or + " "));
  if (kind === "follows") {
    const wrong = needsOf(page, key).find((need) => verdicts[need] && verdicts[need][0] !== "right") ?? needsOf(page, key)[0];
    return words.follows.replace("{}", nameOf(wrong));
  }
  return words[formal && kind === "unreadable" ? "unreadable formula" : kind];
}
const nameOf = (key) => (key[0] === "v" && called[partsOf(key)[0]]) || fields[key]?.[0].ariaLabel || "";

function render(question, row) {
  const { k, inputs, h = [], l } = question;
  row.hidden = !isAsked(question);
  const states = k.map((key) => (key in state.shown ? "given" : key in state.found ? "right" : verdicts[key]?.[0] ?? ""));
  k.forEach((key, j) => {
    const input = inputs[j];
    if (document.activeElement !== input || isKnown(key)) input.value = state.texts[key] ?? "";
    input.readOnly = isKnown(key);
    input.className = states[j];
    input.ariaInvalid = !["", "right", "given", "follows"].includes(states[j]);
  });
  const open = states.findIndex((kind) => kind && kind !== "right");
  const whole = states.every((kind) => kind === "right" || kind === "given");
  row.className = [looks.get(row), whole && states.includes("given") ? "given" : whole ? "right" : open >= 0 ? states[open] : ""].join(" ");
  const [button, output, help] = [row.children[2], row.querySelector("output"), row.lastChild];
  const asked = state.hints[k[0]] ?? 0;
  button.disabled = whole;
  button.textContent = asked < h.length ? words.hint : words.answer;
  const about = whole ? 0 : Math.max(open, 0);
  output.textContent = (open >= 0 && k.length > 1 && !whole ? inputs[about].ariaLabel + ": " : "") + (whole && !states.includes("given") ? words.right : said(k[about]));
  const lines = solved ? l : h.slice(0, asked).flat().map((line) => (Number.isInteger(line[0]) ? l[line[0]].slice(0, line[1]) : line));
  help.replaceChildren(...lines.map((line) => {
    const paragraph = document.createElement("p");
    paragraph.append(...equation(line.map(filled)));
    return paragraph;
  }));
  const box = boxOf(question);
  if (box && question.b < 2) {
    const known = solved || k.every(isKnown);
    write(box, known ? (formal ? "✓" : arrayText(question)) : "");
  }
}
// An array as a box shows it: rows apart by line breaks and entries by tabs, of many only some.
const some = (list, dots) => (list.length > 4 ? [...list.slice(0, 2), dots, list.at(-1)] : list);
function arrayText({ k, w = 1, r = w }) {
  const entries = k.map(textOf);
  const lines = Array.from({ length: k.length / r }, (_, i) => some(entries.slice(i * r, i * r + r), "…").join("\t"));
  return some(lines, some(Array(r).fill(""), "").map(() => "⋮").join("\t")).join("\n");
}
function renderAll() {
  questions.forEach((question, i) => render(question, rows[i]));
  for (const label of Object.values(labelled))
    write(labels[label[0]], !formal && (solved || isKnown(label[3]) || derivativeKnown(label)) ? factorOf(label) : "");
  document.body.classList.toggle("solution", solved);
  solution.ariaPressed = solved;
  if (locals) locals.ariaPressed = !state.bare;
  for (const button of document.querySelectorAll(".open"))
    button.ariaExpanded = state.open.includes(questions[rows.indexOf(button.parentNode)].o);
  count();
  keep();
}
const derivativeKnown = (label) => questions.some(({ b, x = [], k }) => b === 1 && x.includes(label) && k.every(isKnown));
const fill = (text, ...numbers) => numbers.reduce((so_far, number) => so_far.replace("{}", number), text);
// What came of every number that is asked.
function outcomes() {
  const hinted = (key) => Math.max(...questions.map(({ k }) => (k.includes(key) ? state.hints[k[0]] ?? 0 : 0)));
  return unique(questions.filter(isAsked).flatMap((question) => question.k)).map((key) => ({
    name: fields[key][0].ariaLabel, answer: state.texts[key] ?? "",
    verdict: key in state.shown ? "given" : key in state.found ? "right" : verdicts[key]?.[0] ?? "",
    wrong_tries: state.tries[key]?.length ?? 0, hints: hinted(key),
  }));
}
function counted(list) {
  const found = list.filter((each) => each.verdict === "right");
  return {
    asked: list.length, found: found.length, at_once: found.filter((each) => !each.hints && !each.wrong_tries).length,
    wrong_tries: list.reduce((sum, each) => sum + each.wrong_tries, 0), shown: list.filter((each) => each.verdict === "given").length,
  };
}
function count() {
  const { asked, found, at_once, wrong_tries, shown } = counted(outcomes());
  score.textContent = [
    fill(words.score, found, asked), fill(words["at once"], at_once),
    ...(wrong_tries ? [fill(words.tries, wrong_tries)] : []), ...(shown ? [fill(words.shown, shown)] : []),
  ].join(", ");
}

let solved = false;
function settle() {
  judge();
  renderAll();
}
function focusNext(input) {
  const open = questions.filter(isAsked).flatMap((question) => question.inputs);
  const at = open.indexOf(input);
  const next = [...open.slice(at + 1), ...open.slice(0, at)].find((field) => !field.readOnly) ?? input;
  next.focus();
}
function take(input) {
  const text = input.value.trim();
  const { key } = input;
  if (input.readOnly || text === (state.texts[key] ?? "")) return;
  if (text) state.texts[key] = text;
  else delete state.texts[key];
  settle();
  if (text && verdicts[key][0] === "wrong") {
    if (!state.tries[key]?.includes(text)) (state.tries[key] ??= []).push(text);
    count();
    keep();
  }
}

rows.forEach((row, i) => {
  const question = questions[i];
  const button = row.children[2];
  const span = row.children[1];
  span.style.setProperty("--columns", question.w ?? 1);
  span.classList.toggle("grid", question.k.length > 1);
  for (const input of question.inputs) {
    input.autocomplete = input.autocapitalize = "off";
    input.spellcheck = false;
    input.onfocus = () => {
      const lines = (question.e ?? []).map((edge) => edges[edge]);
      mark("now", [nodes[question.n], question.b < 2 && boxOf(question), ...lines].filter(Boolean));
      show([nodes[question.n], ...lines]);
    };
    input.onchange = () => take(input);
    input.onkeydown = (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      take(input);
      if (input.readOnly) focusNext(input);
    };
  }
  button.onclick = () => {
    const [first] = question.k;
    if ((state.hints[first] ?? 0) < (question.h ?? []).length) {
      state.hints[first] = (state.hints[first] ?? 0) + 1;
      renderAll();
    } else {
      question.k.forEach((key) => {
        if (isKnown(key)) return;
        state.shown[key] = 1;
        state.texts[key] = formal ? lastOf(question) : textOf(key);
      });
      settle();
      focusNext(question.inputs.at(-1));
    }
  };
  const opener = row.querySelector(".open");
  if (opener)
    opener.onclick = () => {
      state.open = state.open.includes(question.o) ? state.open.filter((o) => o !== question.o) : [...state.open, question.o];
      prepare();
      settle();
    };
});
// A formula as plain text: the last side of the last line.
const lastOf = ({ l }) => formula(["m", filled(l.at(-1).at(-1))]).textContent;
for (const [node, text] of given) {
  const box = nodes[node]?.querySelector(".value");
  box?.classList.add("given");
  write(box, text);
}
if (locals)
  locals.onclick = () => {
    state.bare = !state.bare;
    settle();
  };
solution.onclick = () => {
  solved = !solved;
  if (solved) for (const question of questions) if (isAsked(question)) for (const key of question.k) if (!isKnown(key)) state.shown[key] = state.texts[key] = formal ? lastOf(question) : textOf(key);
  settle();
};
// On paper the solution follows the sheet, on pages of its own.
onbeforeprint = () => {
  document.activeElement.blur();
  mark("now", []);
  document.getElementById("solved")?.remove();
  document.body.classList.toggle("tall", size.height > size.width);
  const paper = document.createElement("section");
  paper.id = "solved";
  const was = solved;
  solved = true;
  questions.forEach((question, i) => render(question, rows[i]));
  for (const label of Object.values(labelled)) write(labels[label[0]], formal ? "" : factorOf(label));
  const title = document.createElement("h1");
  title.textContent = words.solution;
  const list = document.createElement("ol");
  rows.forEach((row) => {
    if (row.hidden) return;
    const item = document.createElement("li");
    item.append(...[...row.lastChild.children].map((line) => line.cloneNode(true)));
    list.append(item);
  });
  const figure = document.createElement("figure");
  figure.append(picture.cloneNode(true));
  paper.append(title, figure, list);
  document.body.append(paper);
  solved = was;
  renderAll();
};
sheet.onclick = () => print();
again.onclick = () => {
  solved = false;
  state = { ...fresh(), student: state.student };
  prepare();
  settle();
};
// The results as a file, which nothing signs.
student.value = state.student;
student.readOnly = !!about.variant;
student.onchange = () => {
  state.student = student.value.trim();
  keep();
};
save.onclick = () => {
  const questions = outcomes();
  const results = {
    format: "autograd-mini results", version: 1, language: document.documentElement.lang, exercise: document.title,
    document: about.document ?? "", example: about.example ?? "", student: student.value.trim(), variant: about.variant ?? "",
    date: new Date().toISOString(), ...counted(questions), questions,
  };
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([JSON.stringify(results, null, 1)], { type: "application/json" }));
  link.download = [about.example ?? "exercise", results.student].filter(Boolean).join("-").replace(/[^\p{L}\p{N}._-]+/gu, "-") + ".json";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
};
prepare();
settle();
