// Where the keyboard stands: is it drawn, on the screen, and not behind a bar that sticks to an edge?
() => {
  const e = document.activeElement
  if (!e || e === document.body) return null
  e.dataset.stops = Number(e.dataset.stops ?? 0) + 1
  const drawn = e.closest(".choice, .card--link") ?? e
  const look = getComputedStyle(drawn)
  const box = drawn.getBoundingClientRect()
  const within = (value, most) => Math.min(Math.max(value, 1), most - 1)
  const x = within(box.left + box.width / 2, innerWidth);
  const bar = (part) => {
    const top = document.elementFromPoint(x, within(box.top + box.height * part, innerHeight));
    return top !== null && !drawn.contains(top) && !top.contains(drawn) && top.closest(".actions, .menu") !== null;
  };
  return {
    what: e.outerHTML.slice(0, 100),
    again: e.dataset.stops > 1,
    shown: (look.outlineStyle !== "none" && parseFloat(look.outlineWidth) >= 2) || look.boxShadow !== "none",
    seen: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    covered: [0.1, 0.5, 0.9].every(bar),
  }
}
