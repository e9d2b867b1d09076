// What the page knows, and small tools. Texts from the data only ever enter the page as text.

const page = JSON.parse(document.getElementById("data").textContent);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const numbers = (text) => text.split(" ").map(Number);

function unpack(text, Kind) {
  const letters = atob(text);
  const bytes = new Uint8Array(letters.length);
  for (let i = 0; i < letters.length; i++) bytes[i] = letters.charCodeAt(i);
  return new Kind(bytes.buffer);
}

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

function draw(svg, tag, attributes) {
  const element = document.createElementNS(svg.namespaceURI, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  svg.append(element);
  return element;
}

// A value with as many digits as the spread gives a meaning.
function rounded(value, spread) {
  const size = Math.max(Math.abs(value), spread);
  if (size !== 0 && (size < 1e-4 || size >= 1e15)) return value.toPrecision(4);
  const decimals = Math.min(Math.max(2 - Math.floor(Math.log10(spread || size || 1)), 0), 12);
  return value.toLocaleString("en-US", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}

// A name in a line: its letters may be of a script that runs the other way.
const named = (name) => make("bdi", {}, name);
const percent = (share) => (share > 0 && share < 0.001 ? "under 0.1 %" : `${(100 * share).toPrecision(share >= 0.1 ? 2 : 1)} %`);
const count = (n, noun) => `${n.toLocaleString("en-US")} ${noun}${n === 1 ? "" : "s"}`;

function unpackRows(packed) {
  const { n, columns } = packed;
  const values = unpack(packed.values, Float32Array);
  const weights = unpack(packed.weights, Float32Array);
  const names = typeof packed.names === "string" ? unpack(packed.names, Float64Array) : packed.names;
  return {
    n,
    total: packed.total,
    columns: columns.map((column, c) => ({ ...column, values: values.subarray(c * n, (c + 1) * n) })),
    labels: unpack(packed.labels, Uint16Array),
    sure: unpack(packed.sure, Uint16Array),
    weights,
    weight: weights.reduce((sum, weight) => sum + weight, 0),
    name: (i) => String(names[i]),
  };
}

const rows = page.rows ? unpackRows(page.rows) : null;

// What people have chosen. Everything that shows it watches; at most one redrawing a frame.
const chosen = { hidden: new Set(), rows: null };
const watchers = { clusters: [], rows: [] };
const pending = new Set();

function changed(what) {
  if (!pending.size) requestAnimationFrame(tellWatchers);
  pending.add(what);
}

function tellWatchers() {
  const told = new Set([...pending].flatMap((what) => watchers[what]));
  pending.clear();
  for (const watcher of told) watcher();
}

function columnAt(position) {
  return rows.columns.find((column) => column.at === position);
}
