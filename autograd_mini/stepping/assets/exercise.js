// Asks for every number, checks what is written, and fills the picture as it is found.
const { answers, score, solution, sheet, again } = window;
const words = JSON.parse(window.words.textContent);
// Only so that no eye meets the answers by chance: whoever wants to can read them, as this script does.
const bytes = Uint8Array.from(atob(JSON.parse(answers.textContent)), (c, i) => c.charCodeAt(0) ^ ((31 * i + 7) & 255));
const { given, questions } = JSON.parse(new TextDecoder().decode(bytes));
const rows = [...document.querySelectorAll("li")];
let solved = false;

// The number that was written, with a point or a comma, as a fraction or with a power of ten; else NaN.
const plain = (text) => text.normalize("NFKC").replace(/\s/g, "").replace(/−/g, "-").replace(",", ".");
function read(text) {
  const parts = text.replace(/[×x*·]10\^?/i, "e").replace(/−/g, "-").split(/[/⁄]/);
  const known = parts.length < 3 && parts.every((part) => /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(part));
  return known ? parts[0] / (parts[1] ?? 1) : NaN;
}
// Right is what is within 1 %, or the number rounded to the digits written, two significant ones at least.
function judge(text, question) {
  const written = plain(text);
  const [x, number] = [read(written), Number(question.number)];
  if (written === plain(question.text)) return "right";
  if (Number.isNaN(x)) return "unreadable";
  if (Math.abs(x - number) <= 0.01 * Math.abs(number)) return "right";
  const [digits, power = 0] = written.toLowerCase().split("e");
  const decimals = (digits.split(".")[1] || "").length;
  const rounded = Math.abs(x - number) <= 0.5001 * 10 ** (power - decimals);
  if (written.includes("/") || !rounded) return "wrong";
  return digits.replace(/^[-+0.]+|\./g, "").length < 2 ? "imprecise" : "right";
}

const boxOf = ({ node, box }) => nodes[node].querySelector(box);
function render(question, row) {
  const { text, partials, hints, lines, asked, state } = question;
  const known = solved || state === "right" || state === "given";
  write(boxOf(question), known ? text : "");
  for (const [label, partial] of partials) write(labels[label], known ? partial : "");
  const [input, button, output, help] = [...row.children].slice(1);
  row.className = state || "";
  input.readOnly = button.disabled = state === "right" || state === "given";
  input.setAttribute("aria-invalid", state === "wrong" || state === "imprecise" || state === "unreadable");
  button.textContent = asked < hints.length ? words.hint : words.answer;
  output.textContent = words[state] || "";
  const shown = solved ? lines : hints.slice(0, asked).flat();
  help.replaceChildren(...shown.map((line) => {
    const paragraph = document.createElement("p");
    paragraph.append(...equation(line));
    return paragraph;
  }));
}
function renderAll() {
  questions.forEach((question, i) => render(question, rows[i]));
  document.body.classList.toggle("solution", solved);
  solution.setAttribute("aria-pressed", solved);
  count();
}
function count() {
  const found = questions.filter((question) => question.state === "right");
  const free = found.filter((question) => !question.asked);
  const fill = (words, ...numbers) => numbers.reduce((text, number) => text.replace("{}", number), words);
  score.textContent = `${fill(words.score, found.length, questions.length)}, ${fill(words["without hints"], free.length)}`;
}
function settle(i, state) {
  questions[i].state = state;
  render(questions[i], rows[i]);
  count();
}
function focusNext(i) {
  const open = rows.filter((row) => !row.querySelector("input").readOnly);
  (open.find((row) => rows.indexOf(row) > i) || open[0] || rows[i]).querySelector("input").focus();
}

function restart() {
  solved = false;
  questions.forEach((question, i) => {
    question.asked = 0;
    question.state = "";
    rows[i].querySelector("input").value = "";
  });
  renderAll();
}

rows.forEach((row, i) => {
  const question = questions[i];
  const [input, button] = [...row.children].slice(1);
  input.onfocus = () => {
    mark("now", [nodes[question.node], boxOf(question), ...question.edges.map((edge) => edges[edge])]);
    show([nodes[question.node], ...question.edges.map((edge) => edges[edge])]);
  };
  input.onchange = () => input.readOnly || settle(i, input.value.trim() && judge(input.value, question));
  input.onkeydown = (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    input.onchange();
    if (input.readOnly) focusNext(i);
  };
  button.onclick = () => {
    if (question.asked < question.hints.length) {
      question.asked += 1;
      settle(i, question.state);
    } else {
      input.value = question.text;
      settle(i, "given");
      focusNext(i);
    }
  };
});
for (const [node, text] of given) {
  const box = nodes[node].querySelector(".value");
  box.classList.add("given");
  write(box, text);
}
solution.onclick = () => {
  solved = !solved;
  renderAll();
};
onbeforeprint = () => {
  document.activeElement.blur();
  mark("now", []);
};
sheet.onclick = () => print();
again.onclick = restart;
restart();
