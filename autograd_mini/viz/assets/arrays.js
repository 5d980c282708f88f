// Where cards show arrays this takes the place of the function in picture.js: rows are apart by line breaks, entries by tabs.
function write(box, text) {
  if (!box) return;
  const element = box.lastChild;
  const rows = text.split("\n").map((row) => row.split("\t"));
  const [high, wide] = [rows.length, rows[0].length];
  set(element, text);
  if (high * wide > 1) {
    const room = box.querySelector("rect").getBBox();
    const place = (name, k, count, size) => +(element.getAttribute(name) ?? 0) + ((k - (count - 1) / 2) * (size - 6)) / count;
    element.textContent = "";
    rows.forEach((row, i) =>
      row.forEach((entry, j) => {
        const cell = document.createElementNS(element.namespaceURI, "tspan");
        cell.classList.add("back");
        set(cell, entry);
        cell.setAttribute("x", place("x", j, wide, room.width));
        cell.setAttribute("y", place("y", i, high, room.height));
        element.append(cell);
      }),
    );
  }
  box.classList.toggle("known", text);
  box.classList.toggle("long", Math.max(...rows.flat().map((entry) => entry.length)) > (high * wide > 1 ? 8 : 6));
}
