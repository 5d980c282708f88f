// right or wrong, for a formula of what comes before, by 20 random points where all is a number; else unreadable.
// names: places by the spellings of names. ∂f/∂h and df/dh are the derivative that was asked before.
const name_pattern = "([\\p{L}_][\\p{L}\\p{M}\\d_]*(?:\\[[\\p{L}\\d_, ]+\\])?'*)";
const quotient = new RegExp("(^|[^\\p{L}\\d_])[∂d]" + name_pattern + " */ *[∂d]" + name_pattern, "gu");
function judgeKey(sheet, names, key, typed) {
  const before = new Set(sheet.keys.slice(0, sheet.keys.indexOf(key)));
  const text = tidy(typed).replace(quotient, (whole, sign, above, below) => {
    const [start, x] = [spelled(names, above), spelled(names, below)];
    return before.has("g" + start + "," + x) ? sign + "ð" + start + "_" + x : whole;
  });
  const varied = Object.keys(sheet.leaves).map(Number).filter((place) => sheet.graph[place] === null);
  let seed = 1;
  const draw = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
  let drawn = sheet.leaves;
  let numbers = {};
  const numberOf = (name) => {
    const parts = name.match(/^ð(\d+)_(\d+)$/);
    if (parts) return numbers["g" + parts[1] + "," + parts[2]] ?? 1;
    const place = spelled(names, name);
    if (place === undefined) return own(constants, name);
    if (isLeaf(sheet, place)) return drawn[place];
    return before.has("v" + place) ? numbers["v" + place] ?? 1 : undefined;
  };
  try {
    readAnswer(text, numberOf);
  } catch (error) {
    if (!error.kind) throw error;
    return "unreadable";
  }
  let found = 0;
  for (let i = 0; i < 2000 && found < 20; i++) {
    drawn = { ...sheet.leaves };
    for (const place of varied) {
      const size = 0.05 + 2.95 * draw() ** 2;
      drawn[place] = draw() < 0.5 && i % 2 ? -size : size;
    }
    numbers = {};
    const known = {};
    for (const each of sheet.keys) numbers[each] = made(sheet, each, drawn, numbers, known);
    if (!Object.values(numbers).every(Number.isFinite)) continue;
    found++;
    if (!(Math.abs(readAnswer(text, numberOf) - numbers[key]) <= 1e-9 * Math.abs(numbers[key]) + 1e-12)) return "wrong";
  }
  return found < 20 ? "wrong" : "right";
}
