// A click on the title of a frame closes it: a lid over what is inside, with its name. Another click opens it again.
for (const frame of picture.querySelectorAll(".frame:not(.unit)")) {
  const here = document.createComment("");
  const name = frame.lastChild;
  let from = [0, 0];
  const toggle = () => {
    const is = frame.classList.toggle("closed");
    frame.ariaExpanded = !is;
    is ? frame.parentNode.append(frame) : here.after(frame);
    frame.focus();
  };
  frame.before(here);
  frame.setAttribute("tabindex", 0);
  frame.setAttribute("role", "button");
  frame.ariaLabel = name.textContent;
  frame.ariaExpanded = true;
  frame.onpointerdown = (event) => (from = [event.clientX, event.clientY]);
  frame.onclick = (event) => Math.hypot(event.clientX - from[0], event.clientY - from[1]) < 4 && toggle();
  frame.onkeydown = (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    event.stopPropagation();
    toggle();
  };
}
picture.setAttribute("role", "group");
