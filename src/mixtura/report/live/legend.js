// Clusters can be switched off wherever a legend stands; all pictures follow.

function toggle(k) {
  if (!chosen.hidden.delete(k)) chosen.hidden.add(k);
  changed("clusters");
}

function startLegends() {
  for (const item of all(".legend li[data-k]")) {
    const k = Number(item.dataset.k);
    const button = make("button", { type: "button", "aria-pressed": "true" }, ...item.childNodes);
    button.addEventListener("click", () => toggle(k));
    item.append(button);
  }
  watchers.clusters.push(() => {
    for (const button of all(".legend button")) {
      button.setAttribute("aria-pressed", String(!chosen.hidden.has(Number(button.parentElement.dataset.k))));
    }
    for (const element of all("svg [data-k]")) element.classList.toggle("gone", chosen.hidden.has(Number(element.dataset.k)));
  });
}
