// The matrix of pairs: its still picture keeps axes and ellipses; rows are painted behind it and can be brushed.

const STEP = 8; // pixels that a key moves or stretches the brush
const NEAR = 9; // pixels between the pointer and a row that is named
const FINGER = 22; // half the side of the square that a finger brushes

const matrix = { svg: null, canvas: null, cells: [], painters: [], colours: null, zoom: 1, brush: null };

function readCell(svg) {
  const [x, y, width, height] = ["x", "y", "width", "height"].map((name) => Number(svg.getAttribute(name)));
  const [first, second] = numbers(svg.dataset.columns).map(columnAt);
  const [left, right, bottom, top] = numbers(svg.dataset.scales);
  const xs = new Float32Array(rows.n);
  const ys = new Float32Array(rows.n);
  for (let i = 0; i < rows.n; i++) {
    xs[i] = ((first.values[i] * first.sd + (first.mean - left)) / (right - left)) * width;
    ys[i] = (1 - (second.values[i] * second.sd + (second.mean - bottom)) / (top - bottom)) * height;
  }
  return { x, y, width, height, first, second, xs, ys };
}

function startMatrix() {
  matrix.svg = document.querySelector("#pairs .matrix svg");
  if (!rows || !matrix.svg) return;
  matrix.cells = all("svg.cell", matrix.svg).map(readCell);
  matrix.canvas = make("canvas", { "aria-hidden": "true" });
  matrix.svg.before(matrix.canvas);
  for (const cell of matrix.cells) matrix.svg.parentElement.append(makeOverlay(cell));
  resize();
  watchers.clusters.push(() => {
    for (const painter of matrix.painters) painter.forget();
    select();
    paintAll();
  });
  watchers.rows.push(() => { paintAll(); placeBrush(); });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", resize);
  addEventListener("resize", () => { if (devicePixelRatio !== matrix.zoom) resize(); });
}

function resize() {
  const { svg, canvas } = matrix;
  const [width, height] = [Number(svg.getAttribute("width")), Number(svg.getAttribute("height"))];
  matrix.zoom = devicePixelRatio;
  canvas.width = width * matrix.zoom;
  canvas.height = height * matrix.zoom;
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  matrix.colours = palette();
  matrix.painters = matrix.cells.map((cell) => new Painter(cell, matrix.zoom));
  paintAll();
  setTimeout(prepareToBrush);
}

// What a first brush would else have to wait for, one cell at a time so that nothing else has to.
function prepareToBrush() {
  const painter = matrix.painters.find((one) => !one.stills[1]);
  if (!painter) return;
  painter.still(matrix.colours, true);
  setTimeout(prepareToBrush);
}

function paintAll() {
  const context = matrix.canvas.getContext("2d");
  matrix.painters.forEach((painter, c) => {
    const { x, y } = matrix.cells[c];
    context.putImageData(painter.paint(matrix.colours), Math.round(x * matrix.zoom), Math.round(y * matrix.zoom));
  });
}

// --- the brush -------------------------------------------------------------------------------------------------------

function makeOverlay(cell) {
  const label = `${cell.first.name} and ${cell.second.name}: Enter starts a selection, arrows move it, with Shift they stretch it, Escape ends it`;
  cell.overlay = make("div", { class: "brushable", tabindex: "0", role: "group", "aria-label": label }, make("i", { class: "brush" }), make("i", { class: "ring" }));
  Object.assign(cell.overlay.style, { left: `${cell.x}px`, top: `${cell.y}px`, width: `${cell.width}px`, height: `${cell.height}px` });
  const at = (event) => {
    const box = cell.overlay.getBoundingClientRect();
    const zoom = box.width / cell.width; // of the page's style on a narrow screen
    return [(event.clientX - box.left) / zoom, (event.clientY - box.top) / zoom];
  };
  cell.overlay.addEventListener("pointerdown", (event) => {
    const [x, y] = at(event);
    if (event.pointerType === "touch" || event.button !== 0) return;
    cell.overlay.setPointerCapture(event.pointerId);
    matrix.drag = { cell, x, y };
    setBrush(null);
  });
  cell.overlay.addEventListener("pointermove", (event) => {
    const [x, y] = at(event);
    if (matrix.drag) setBrush({ cell, left: Math.min(x, matrix.drag.x), right: Math.max(x, matrix.drag.x), top: Math.min(y, matrix.drag.y), bottom: Math.max(y, matrix.drag.y) });
    else hover(cell, x, y, event);
  });
  cell.overlay.addEventListener("pointerup", () => { matrix.drag = null; });
  cell.overlay.addEventListener("pointerleave", () => hover(null));
  cell.overlay.addEventListener("click", (event) => {
    const [x, y] = at(event);
    if (event.pointerType === "touch") setBrush({ cell, left: x - FINGER, right: x + FINGER, top: y - FINGER, bottom: y + FINGER });
  });
  cell.overlay.addEventListener("keydown", (event) => pressed(cell, event));
  return cell.overlay;
}

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function pressed(cell, event) {
  const mine = matrix.brush?.cell === cell ? matrix.brush : null;
  if (event.key === "Escape") setBrush(null);
  else if (event.key === "Enter" || event.key === " ") {
    const { width, height } = cell;
    setBrush({ cell, left: width / 4, right: (3 * width) / 4, top: height / 4, bottom: (3 * height) / 4 });
  } else if (mine && event.key in ARROWS) {
    const [dx, dy] = ARROWS[event.key].map((way) => way * STEP);
    const still = event.shiftKey ? 0 : 1;
    const right = Math.max(mine.right + dx, mine.left + still * dx + 1);
    const bottom = Math.max(mine.bottom + dy, mine.top + still * dy + 1);
    setBrush({ cell, left: mine.left + still * dx, right, top: mine.top + still * dy, bottom });
  } else return;
  event.preventDefault();
}

function setBrush(brush) {
  matrix.brush = brush;
  select();
  changed("rows");
}

function select() {
  const { brush } = matrix;
  chosen.rows = null;
  if (!brush) return;
  const { xs, ys } = brush.cell;
  const found = [];
  for (let i = 0; i < rows.n; i++) {
    const isInside = xs[i] >= brush.left && xs[i] <= brush.right && ys[i] >= brush.top && ys[i] <= brush.bottom;
    if (isInside && !chosen.hidden.has(rows.labels[i])) found.push(i);
  }
  chosen.rows = found;
}

function placeBrush() {
  for (const { overlay } of matrix.cells) overlay.classList.toggle("brushed", overlay === matrix.brush?.cell.overlay);
  if (!matrix.brush) return;
  const { cell, left, right, top, bottom } = matrix.brush;
  const [from, to] = [Math.max(left, 0), Math.min(right, cell.width)];
  const [above, below] = [Math.max(top, 0), Math.min(bottom, cell.height)];
  Object.assign(cell.overlay.firstChild.style, { left: `${from}px`, top: `${above}px`, width: `${Math.max(to - from, 0)}px`, height: `${Math.max(below - above, 0)}px` });
}

// --- pointing at a row -----------------------------------------------------------------------------------------------

function nearestRow(cell, x, y) {
  let nearest = -1;
  let least = NEAR * NEAR;
  for (let i = 0; i < rows.n; i++) {
    const distance = (cell.xs[i] - x) ** 2 + (cell.ys[i] - y) ** 2;
    if (distance < least && !chosen.hidden.has(rows.labels[i])) [nearest, least] = [i, distance];
  }
  return nearest;
}

function hover(cell, x, y, event) {
  const i = cell ? nearestRow(cell, x, y) : -1;
  const tip = document.getElementById("tip");
  tip.hidden = i < 0;
  for (const other of matrix.cells) {
    other.overlay.classList.toggle("pointed", i >= 0);
    if (i >= 0) other.overlay.lastChild.style.transform = `translate(${other.xs[i]}px, ${other.ys[i]}px)`;
  }
  if (i < 0) return;
  const told = [cell.first, cell.second].map((column) => [named(column.name), `: ${valueOf(column, i)}`]);
  tip.replaceChildren(make("b", {}, "Row ", named(rows.name(i))), ...[[named(page.clusters[rows.labels[i]].name), `, ${sureness(i)}`], ...told].map((line) => make("div", {}, ...line)));
  tip.style.left = `${Math.min(event.clientX + 14, innerWidth - tip.offsetWidth - 8)}px`;
  tip.style.top = `${Math.min(event.clientY + 14, innerHeight - tip.offsetHeight - 8)}px`;
}

const valueOf = (column, i) => rounded(column.mean + column.sd * column.values[i], column.sd);
const sureness = (i) => (rows.sure[i] === 65535 ? "1.000" : Math.min(rows.sure[i] / 65535, 0.999).toFixed(3));
