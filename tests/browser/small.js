// Controls that are lower than a thumb needs. Links in running text are exempt, as in WCAG 2.5.8.
(thumb) =>
  [...document.querySelectorAll("a[href], button, summary, select, textarea, input:not([type=hidden])")]
    .filter((e) => e.checkVisibility({ visibilityProperty: true }))
    .filter((e) => !e.closest(".skip, p, .utrecht-alert__content, figcaption"))
    .filter((e) => e.tagName !== "A" || getComputedStyle(e).display !== "inline")
    .map((e) => [(e.closest("label") ?? e).getBoundingClientRect().height, e])
    .filter(([height]) => height > 0 && height < thumb - 0.5)
    .map(([height, e]) => `${e.outerHTML.slice(0, 120)} is ${Math.round(height)} px high`)
