// Rows as small bitmaps, written straight into the pixels of a canvas: 300,000 of them in a blink.

const FEW = 5000; // more rows get smaller signs
const LARGE = [
  ".###. ##### ##### ##### .###.", "..#.. ..#.. .###. .###. #####", "##### ##### ##### ##### #####", "..#.. .###. ##### .###. ..#..",
  "##### .###. .###. ..#.. ..#..", "..#.. ..#.. ##### ..#.. ..#..", "#...# .#.#. ..#.. .#.#. #...#",
];
const SMALL = [".#. ### .#.", ".#. .#. ###", "### ### ###", ".#. #.# .#.", "### .#. .#.", ".#. ### .#.", "#.# .#. #.#"];

// Offsets of the pixels of a sign, from its middle.
function offsets(bitmap, zoom, width) {
  const lines = bitmap.split(" ");
  const size = lines.length * zoom;
  const found = [];
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      if (lines[Math.floor(y / zoom)][Math.floor(x / zoom)] === "#") found.push((y - (size >> 1)) * width + x - (size >> 1));
    }
  }
  return Int32Array.from(found);
}

function colourOf(name) {
  const text = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  return [1, 3, 5].map((at) => parseInt(text.slice(at, at + 2), 16));
}

function palette() {
  const clusters = page.clusters.map((_, k) => colourOf(`--c${k % page.n_colours}`));
  const solid = new Uint32Array(new Uint8Array(clusters.flatMap((colour) => [...colour, 255])).buffer);
  return { paper: colourOf("--paper"), faint: colourOf("--bar"), clusters, solid };
}

// One cell of the matrix: where every row is, and how it is painted.
class Painter {
  constructor(cell, zoom) {
    this.width = Math.round(cell.width * zoom);
    this.height = Math.round(cell.height * zoom);
    const bitmaps = rows.n <= FEW ? LARGE : SMALL;
    const scale = Math.max(1, Math.round(zoom));
    this.margin = bitmaps[0].split(" ").length * scale;
    this.signs = page.shapes.map((_, s) => offsets(bitmaps[s], scale, this.width));
    this.places = new Int32Array(rows.n);
    for (let i = 0; i < rows.n; i++) {
      const x = this.inside(cell.xs[i] * zoom, this.width);
      const y = this.inside(cell.ys[i] * zoom, this.height);
      this.places[i] = y * this.width + x;
    }
    this.image = new ImageData(this.width, this.height);
    this.pixels = new Uint32Array(this.image.data.buffer);
    this.forget();
  }

  // After clusters were hidden or shown, the rows look different.
  forget() {
    this.stills = [null, null];
  }

  inside(value, size) {
    return Math.min(Math.max(Math.round(value), this.margin), size - 1 - this.margin);
  }

  // Everything as it is while nothing is brushed, or faint, to paint what is brushed onto: worked out once.
  still(colours, isFaint) {
    return (this.stills[Number(isFaint)] ??= this.all(colours, isFaint));
  }

  all(colours, isFaint) {
    const still = new Uint8ClampedArray(this.image.data.length);
    for (let p = 0; p < still.length; p += 4) {
      [still[p], still[p + 1], still[p + 2]] = colours.paper;
      still[p + 3] = 255;
    }
    const share = isFaint ? 0.6 : rows.n <= FEW ? 0.7 : 0.5;
    for (let i = 0; i < rows.n; i++) {
      const k = rows.labels[i];
      if (!chosen.hidden.has(k)) this.stamp(still, i, isFaint ? colours.faint : colours.clusters[k], share);
    }
    return still;
  }

  paint(colours) {
    this.image.data.set(this.still(colours, Boolean(chosen.rows)));
    if (chosen.rows) for (const i of chosen.rows) this.cover(i, colours.solid[rows.labels[i]]);
    return this.image;
  }

  // One write a pixel: what is brushed is opaque.
  cover(i, colour) {
    const sign = this.signs[rows.labels[i] % this.signs.length];
    const place = this.places[i];
    for (let s = 0; s < sign.length; s++) this.pixels[place + sign[s]] = colour;
  }

  stamp(pixels, i, colour, share) {
    const sign = this.signs[rows.labels[i] % this.signs.length];
    const place = this.places[i];
    for (let s = 0; s < sign.length; s++) {
      const p = (place + sign[s]) * 4;
      pixels[p] += (colour[0] - pixels[p]) * share;
      pixels[p + 1] += (colour[1] - pixels[p + 1]) * share;
      pixels[p + 2] += (colour[2] - pixels[p + 2]) * share;
    }
  }
}
