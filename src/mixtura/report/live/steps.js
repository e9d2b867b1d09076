// EM and k-means, one step after the other, forward and back.

const INNER = Math.sqrt(Math.log(0.5) / Math.log(0.05)); // half axes of a 50 % ellipse in those of a 95 % one

function startSteps() {
  const stepper = document.getElementById("stepper");
  if (!page.steps || !stepper) return;
  const { em, kmeans } = page.steps;
  const iterations = [...new Set([...em, ...kmeans].map((frame) => frame.iteration))].sort((a, b) => a - b);
  const slider = make("input", { type: "range", id: "step", min: "0", max: String(iterations.length - 1), value: String(iterations.length - 1) });
  const said = make("output", { for: "step" });
  const move = (by) => { slider.value = String(Number(slider.value) + by); show(); };
  const show = () => {
    const at = iterations[Number(slider.value)];
    const [left, right] = [em, kmeans].map((frames) => frames.findLast((frame) => frame.iteration <= at));
    const [leftPicture, rightPicture] = all("#steps figure > svg");
    showEllipses(leftPicture, left);
    showBells(leftPicture, left);
    showCentres(rightPicture, right);
    showLabels(leftPicture, left.labels);
    showLabels(rightPicture, right.labels);
    slider.setAttribute("aria-valuetext", `iteration ${at}`);
    said.textContent = `EM after ${left.iteration} of ${em.at(-1).iteration} iterations, log-likelihood ${left.value.toLocaleString("en-US")}; `
      + `k-means after ${right.iteration} of ${kmeans.at(-1).iteration}, inertia ${right.value.toLocaleString("en-US")}.`;
  };
  const button = (text, name, by) => {
    const made = make("button", { type: "button", "aria-label": name }, text);
    made.addEventListener("click", () => move(by));
    return made;
  };
  slider.addEventListener("input", show);
  stepper.append(make("label", { for: "step" }, "Step"), button("◀", "One step back", -1), slider, button("▶", "One step forward", 1), said);
  show();
}

function showEllipses(picture, frame) {
  for (const element of all("ellipse", picture)) {
    const [cx, cy, rx, ry, angle] = frame.ellipses[Number(element.dataset.k)];
    const size = element.classList.contains("inner") ? INNER : 1;
    for (const [name, value] of Object.entries({ cx, cy, rx: rx * size, ry: ry * size })) element.setAttribute(name, value);
    element.setAttribute("transform", `rotate(${angle} ${cx} ${cy})`);
  }
}

// Of one column: 28 steps of an eighth of a standard deviation to each side, as in the still picture.
function showBells(picture, frame) {
  for (const element of all(".bell", picture)) {
    const [middle, sd, height] = frame.bells[Number(element.dataset.k)];
    const places = Array.from({ length: 57 }, (_, i) => (i - 28) / 8).map((t) => `${(middle + sd * t).toFixed(1)} ${(frame.ground - height * Math.exp((-t * t) / 2)).toFixed(1)}`);
    element.setAttribute("d", `M${places.join("L")}`);
  }
}

function showCentres(picture, frame) {
  for (const element of all(".centre", picture)) {
    const [x, y] = frame.centres[Number(element.dataset.k)];
    element.setAttribute("d", `M${x - 7} ${y}h14m-7-7v14`);
  }
}

function showLabels(picture, labels) {
  const outlines = page.clusters.map(() => []);
  labels.forEach((k, i) => {
    const [dx, dy, outline] = page.shapes[k % page.shapes.length];
    const [x, y] = page.steps.points[i];
    outlines[k].push(`M${x + dx} ${y + dy}${outline}`);
  });
  for (const group of all("g[data-k]", picture)) group.firstElementChild.setAttribute("d", outlines[Number(group.dataset.k)].join(""));
}
