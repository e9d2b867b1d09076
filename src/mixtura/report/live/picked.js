// What was brushed: how many rows of which cluster, their profile, the first of them, and their part of each histogram.

const LISTED = 50;

function startPicked() {
  if (!rows || !matrix.svg) return;
  watchers.rows.push(showPicked);
  watchers.clusters.push(showPicked);
}

function showPicked() {
  const found = chosen.rows ?? [];
  document.getElementById("picked").hidden = !found.length;
  document.getElementById("picked-count").replaceChildren(...(chosen.rows ? summary(found) : []));
  if (found.length) {
    document.getElementById("picked-profile").tBodies[0].replaceChildren(...profileOf(found));
    document.getElementById("picked-rows").replaceChildren(...listOf(found));
  }
  for (const svg of all("#distributions svg[data-bars]")) overlayBars(svg, found);
}

function weightOf(found) {
  return found.reduce((sum, i) => sum + rows.weights[i], 0);
}

function summary(found) {
  if (!found.length) return ["No row is selected."];
  const counts = new Map();
  for (const i of found) counts.set(rows.labels[i], (counts.get(rows.labels[i]) ?? 0) + 1);
  const parts = [...counts].sort((a, b) => b[1] - a[1]).map(([k, n]) => [`${n.toLocaleString("en-US")} of `, named(page.clusters[k].name)]);
  const said = parts.slice(0, 6).flatMap((part, i) => [i ? ", " : "", ...part]);
  return [`${count(found.length, "row")} selected: `, ...said, parts.length > 6 ? " and others." : "."];
}

function profileOf(found) {
  const total = weightOf(found);
  return rows.columns.map((column) => {
    const moment = (power, centre) => found.reduce((sum, i) => sum + rows.weights[i] * (column.values[i] - centre) ** power, 0) / total;
    const difference = moment(1, 0);
    const spread = column.sd * Math.sqrt(moment(2, difference));
    const mean = rounded(column.mean + column.sd * difference, column.sd);
    const sign = difference < 0 ? "−" : "+";
    return make("tr", {}, make("th", { class: "name", scope: "row" }, named(column.name)),
      make("td", {}, `${mean} ± ${rounded(spread, column.sd)}`), make("td", {}, rounded(column.mean, column.sd)), make("td", {}, `${sign}${Math.abs(difference).toFixed(1)} sd`));
  });
}

function listOf(found) {
  const columns = rows.columns;
  const head = make("tr", {}, ...["row", "cluster", "probability", ...columns.map((column) => column.name)].map((name, c) => make("th", { scope: "col", class: c === 1 ? "name" : "" }, named(name))));
  const lines = found.slice(0, LISTED).map((i) => make("tr", {}, make("td", {}, named(rows.name(i))), make("td", { class: "name" }, named(page.clusters[rows.labels[i]].name)),
    make("td", {}, sureness(i)), ...columns.map((column) => make("td", {}, valueOf(column, i)))));
  const said = found.length > LISTED ? `The first ${LISTED} of ${count(found.length, "selected row")}` : "The selected rows";
  return [make("caption", {}, said), make("thead", {}, head), make("tbody", {}, ...lines)];
}

// Bars of the selected rows inside those of all rows: the same edges, the same scale.
function overlayBars(svg, found) {
  const path = svg.querySelector(".picked-bars") ?? svg.insertBefore(draw(svg, "path", { class: "picked-bars" }), svg.querySelector(".bars").nextSibling);
  path.setAttribute("d", found.length ? barsOf(svg, found) : "");
}

function barsOf(svg, found) {
  const [first, last, n] = numbers(svg.dataset.bars);
  const [low, high, start, end] = numbers(svg.dataset.x);
  const [highest, bottom, top] = numbers(svg.dataset.y);
  const column = columnAt(Number(svg.dataset.column));
  const heights = new Float64Array(n);
  for (const i of found) {
    const value = column.mean + column.sd * column.values[i];
    heights[Math.min(Math.max(Math.floor(((value - first) / (last - first)) * n), 0), n - 1)] += rows.weights[i];
  }
  const area = (rows.weight * (last - first)) / n;
  const x = (value) => (start + ((value - low) / (high - low)) * (end - start)).toFixed(1);
  const y = (height) => (bottom + (height / area / highest) * (top - bottom)).toFixed(1);
  const edge = (b) => first + (b * (last - first)) / n;
  return [...heights].map((height, b) => (height ? `M${x(edge(b))} ${bottom}V${y(height)}H${x(edge(b + 1))}V${bottom}z` : "")).join("");
}
