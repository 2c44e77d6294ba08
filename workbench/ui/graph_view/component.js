// The graph picture: draws what Python laid out, reports what was clicked, decides nothing.
// All text reaches the canvas or textContent, never innerHTML.

// Colours come from Python (marks.py), where the timeline takes them from too.
const KINDS = {
  person: { shape: "ellipse", w: 38, h: 38,
    icon: "M12 12a4 4 0 1 0 0-8a4 4 0 0 0 0 8zm-8 8c0-4 4-6 8-6s8 2 8 6z" },
  organisation: { shape: "rectangle", w: 36, h: 36,
    icon: "M5 21V4h9v5h5v12h-6v-4h-2v4zM8 7h3v2H8zm0 4h3v2H8z" },
  account: { shape: "round-hexagon", w: 44, h: 38,
    icon: "M3 6h18v12H3zM3 9h18v3H3z" },
  phone: { shape: "round-rectangle", w: 28, h: 42,
    icon: "M8 2h8v20H8zM10 5h4v12h-4z" },
  vehicle: { shape: "barrel", w: 48, h: 32,
    icon: "M4 14l2-6h12l2 6v4h-2v2h-3v-2H9v2H6v-2H4zM7.5 10l-1 3h11l-1-3z" },
  place: { shape: "pentagon", w: 42, h: 42,
    icon: "M12 2a7 7 0 0 0-7 7c0 5 7 13 7 13s7-8 7-13a7 7 0 0 0-7-7zm0 4.5a2.5 2.5 0 1 1 0 5a2.5 2.5 0 0 1 0-5z" },
  offence: { shape: "round-triangle", w: 46, h: 44, iconY: "80%",
    icon: "M10.6 4h2.8l-.5 11h-1.8zM10.6 17h2.8v3h-2.8z" },
  entity: { shape: "round-octagon", w: 36, h: 36,
    icon: "M12 7a5 5 0 1 1 0 10a5 5 0 0 1 0-10z" },
};
const LINES = { recorded: "solid", assessed: "dashed", tentative: "dotted" };
const STEP = 1.25;
const FEW = 25; // entities up to which every name and amount stays readable

function kindOf(name, data) {
  const known = name in KINDS ? name : "entity";
  return { ...KINDS[known], ...data.kinds[known] };
}

function iconUri(kind) {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24" viewBox="0 0 24 24">`
    + `<path fill="${kind.ink}" fill-rule="evenodd" d="${kind.icon}"/></svg>`;
  return "data:image/svg+xml;utf8," + encodeURIComponent(svg);
}

function colours(element) {
  const style = getComputedStyle(element);
  const read = (name, otherwise) => style.getPropertyValue(name).trim() || otherwise;
  return {
    text: read("--st-text-color", "#1b1f24"),
    ground: read("--st-background-color", "#ffffff"),
    accent: read("--st-primary-color", "#0b5cad"),
    font: read("--st-font", "sans-serif"),
  };
}

function styleSheet(c, quiet, data) {
  const byKind = Object.keys(KINDS).map((name) => [name, kindOf(name, data)]).map(([name, k]) => ({
    selector: `node[kind = "${name}"]`,
    style: {
      shape: k.shape, width: k.w, height: k.h, "background-color": k.fill,
      "background-image": iconUri(k), "background-width": 20, "background-height": 20,
      "background-position-y": k.iconY || "50%",
    },
  }));
  return [
    { selector: "node", style: {
      label: "data(label)", "font-family": c.font, "font-size": 12, color: c.text,
      "text-valign": "bottom", "text-margin-y": 5, "text-wrap": "wrap", "text-max-width": 130,
      "text-background-color": c.ground, "text-background-opacity": 0.85,
      "text-background-padding": 2, "border-width": 1.5, "border-color": c.ground,
      "min-zoomed-font-size": 7 } },
    ...byKind,
    { selector: "node[?ringed]", style: {
      "border-width": 4, "border-style": "double", "border-color": c.text,
      "font-weight": 700 } },
    { selector: "edge", style: {
      width: "data(width)", "line-color": c.text, "line-opacity": 0.6, "curve-style": "bezier",
      "control-point-step-size": 46, "target-arrow-color": c.text, "arrow-scale": 0.9,
      label: "data(label)", "font-family": c.font, "font-size": 11, color: c.text,
      "text-rotation": "none", "text-background-color": c.ground, "text-wrap": "wrap",
      "text-background-opacity": 0.9, "text-background-padding": 2, "min-zoomed-font-size": 8,
      "text-margin-y": "data(drop)" } },
    ...(data.crowded ? [
      { selector: "node[!named], edge[!worded]", style: { label: "" } },
      { selector: "node.near, node:selected, node.focused, edge.near, edge:selected",
        style: { label: "data(label)" } },
    ] : []),
    ...(quiet ? [
      { selector: "edge", style: { "line-opacity": 0.38 } },
      { selector: "edge[!worded]", style: { label: "" } },
      { selector: "edge.near, edge:selected", style: { label: "data(label)", "line-opacity": 0.8 } },
    ] : []),
    { selector: "edge[?directed]", style: { "target-arrow-shape": "triangle" } },
    { selector: 'edge[status = "assessed"]', style: {
      "line-style": "dashed", "line-dash-pattern": [10, 6], "line-opacity": 1, width: 3 } },
    { selector: 'edge[status = "tentative"]', style: {
      "line-style": "dashed", "line-dash-pattern": [2, 6], "line-cap": "round",
      "line-opacity": 1, width: 2.6 } },
    { selector: ".far", style: { opacity: 0.28 } },
    { selector: ":selected, .focused", style: {
      "overlay-color": c.accent, "overlay-opacity": 0.22, "overlay-padding": 7 } },
    { selector: "edge:selected", style: { "line-color": c.accent, "target-arrow-color": c.accent,
      "line-opacity": 1 } },
  ];
}

function make(tag, cls, text) {
  const element = document.createElement(tag);
  if (cls) element.className = cls;
  if (text) element.textContent = text;
  return element;
}

function legendShape(name, data) {
  const k = kindOf(name, data);
  const wrap = make("span", "item");
  const box = make("span", `mark mark-${name}`);
  box.style.background = k.fill;
  const img = make("img");
  img.src = iconUri(k);
  img.alt = "";
  box.append(img);
  wrap.append(box, make("span", "", name));
  return wrap;
}

function drawLegend(root, data) {
  const legend = root.querySelector(".legend");
  legend.replaceChildren();
  for (const name of [...new Set(data.entities.map((e) => e.kind))].sort()) {
    legend.append(legendShape(name, data));
  }
  for (const status of ["recorded", "assessed", "tentative"]) {
    if (!data.links.some((l) => l.status === status)) continue;
    const wrap = make("span", "item");
    const line = make("span", "line");
    line.style.borderTopStyle = LINES[status];
    wrap.append(line, make("span", "", status));
    legend.append(wrap);
  }
  if (data.entities.some((e) => e.ringed)) {
    const wrap = make("span", "item");
    wrap.append(make("span", "ring"), make("span", "", data.ring_means));
    legend.append(wrap);
  }
}

function elementsOf(data) {
  return [
    ...data.entities.map((e) => ({
      group: "nodes", data: e, position: { x: e.x, y: e.y },
    })),
    ...data.links.map((l) => ({ group: "edges", data: l })),
  ];
}

function say(view, element) {
  const status = view.root.querySelector(".said");
  if (!element || element.empty()) {
    status.textContent = view.data.hint;
  } else if (element.isNode()) {
    const n = element.connectedEdges().length;
    status.textContent = `${element.data("kind")} ${element.data("full")}`
      + (element.data("note") ? ` · ${element.data("note")}` : "")
      + ` · ${n} ${n === 1 ? "line" : "lines"} in this picture`;
  } else {
    status.textContent = element.data("detail");
  }
}

function report(view, element) {
  const chosen = element && element.nonempty() ? element.id() : "";
  if (chosen === view.reported) return;
  view.reported = chosen;
  view.setStateValue("selected", chosen);
}

function choose(view, element) {
  const { cy } = view;
  cy.elements().unselect().removeClass("far focused near");
  if (element && element.nonempty()) {
    element.select();
    const near = element.isNode()
      ? element.closedNeighborhood()
      : element.union(element.connectedNodes());
    cy.elements().difference(near).addClass("far");
    near.addClass("near");
  }
  view.at = element && element.nonempty() && element.isNode() ? element : view.at;
  say(view, element);
  report(view, element);
}

function fit(view) {
  view.cy.fit(undefined, 36);
  if (view.cy.zoom() > 1.15) {
    view.cy.zoom(1.15);
    view.cy.center();
  }
}

function zoomBy(view, factor) {
  const box = view.cy.container().getBoundingClientRect();
  view.cy.zoom({
    level: view.cy.zoom() * factor,
    renderedPosition: { x: box.width / 2, y: box.height / 2 },
  });
}

function step(view, dx, dy) {
  const from = view.at && view.at.inside() ? view.at : null;
  if (!from) return focusOn(view, view.cy.nodes().first());
  const p = from.position();
  let best = null;
  let least = Infinity;
  view.cy.nodes().forEach((node) => {
    if (node.same(from)) return;
    const q = node.position();
    const along = (q.x - p.x) * dx + (q.y - p.y) * dy;
    const aside = Math.abs((q.x - p.x) * dy) + Math.abs((q.y - p.y) * dx);
    if (along <= 1) return;
    const cost = along + 2 * aside;
    if (cost < least) { least = cost; best = node; }
  });
  if (best) focusOn(view, best);
}

function focusOn(view, node) {
  if (!node || node.empty()) return;
  view.cy.elements().removeClass("focused");
  node.addClass("focused");
  view.at = node;
  say(view, node);
  const at = node.renderedPosition();
  const box = view.cy.container().getBoundingClientRect();
  if (at.x < 20 || at.y < 20 || at.x > box.width - 20 || at.y > box.height - 20) {
    view.cy.center(node);
  }
}

function onKey(view, event) {
  const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key in moves) step(view, ...moves[event.key]);
  else if (event.key === "Enter" || event.key === " ") choose(view, view.at);
  else if (event.key === "Escape") choose(view, null);
  else if (event.key === "+" || event.key === "=") zoomBy(view, STEP);
  else if (event.key === "-") zoomBy(view, 1 / STEP);
  else if (event.key === "0") fit(view);
  else return;
  event.preventDefault();
  event.stopPropagation();
}

function listen(view) {
  const { cy, root } = view;
  cy.on("zoom", () => scaleNames(view));
  cy.on("tap", (event) => choose(view, event.target === cy ? null : event.target));
  cy.on("mouseover", "node, edge", (event) => say(view, event.target));
  cy.on("mouseout", "node, edge", () => say(view, cy.$(":selected")));
  const canvas = root.querySelector(".canvas");
  canvas.addEventListener("keydown", (event) => onKey(view, event));
  // Plain scrolling belongs to the page; Ctrl + wheel zooms the picture.
  canvas.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) event.stopPropagation();
  }, { capture: true });
  root.querySelector(".in").onclick = () => zoomBy(view, STEP);
  root.querySelector(".out").onclick = () => zoomBy(view, 1 / STEP);
  root.querySelector(".fit").onclick = () => fit(view);
  view.sized = new ResizeObserver(() => {
    cy.resize();
    if (!view.fitted && canvas.clientWidth > 0) { fit(view); view.fitted = true; }
  });
  view.sized.observe(canvas);
}

// Names of what matters stay readable however far out one zooms.
function scaleNames(view) {
  const zoom = view.cy.zoom();
  const most = view.data.crowded ? 3.6 : 2.4; // few are named where it is crowded
  const size = 12 * Math.min(Math.max(0.92 / zoom, 1), most);
  if (Math.abs(size - (view.nameSize || 0)) < 0.4) return;
  view.nameSize = size;
  const few = view.cy.nodes().length <= FEW;
  view.cy.style()
    .selector(few ? "node, edge" : "node[?ringed], node.near, [?named], [?worded]")
    .style({ "font-size": size, "text-max-width": 130 * size / 12 })
    .update();
}

function repaint(view) {
  if (!view.data) return;
  const c = colours(view.root);
  const quiet = Boolean(view.data.quiet);
  const now = JSON.stringify([c, quiet, view.data.crowded]);
  if (now === view.painted) return;
  view.painted = now;
  view.cy.style(styleSheet(c, quiet, view.data));
  view.nameSize = 0;
  scaleNames(view);
}

function fill(view, data) {
  const digest = JSON.stringify(data);
  if (digest === view.digest) return;
  const first = view.digest === undefined;
  view.digest = digest;
  view.data = data;
  const canvas = view.root.querySelector(".canvas");
  canvas.style.height = `${data.height}px`;
  canvas.setAttribute("aria-label", data.about);
  view.cy.elements().remove();
  view.cy.add(elementsOf(data));
  view.at = null;
  drawLegend(view.root, data);
  repaint(view);
  view.reported = data.selected;
  const chosen = data.selected ? view.cy.getElementById(data.selected) : null;
  choose(view, chosen);
  view.nameSize = 0;
  view.fitted = canvas.clientWidth > 0;
  if (view.fitted || !first) fit(view);
}

function mount(root) {
  const view = { root };
  view.cy = cytoscape({
    container: root.querySelector(".canvas"), elements: [], layout: { name: "preset" },
    minZoom: 0.1, maxZoom: 4, selectionType: "single", boxSelectionEnabled: false,
  });
  listen(view);
  view.repaint = setInterval(() => repaint(view), 700); // the theme may be switched any time
  return view;
}

export default function (component) {
  const { data, parentElement, setStateValue } = component;
  const root = parentElement.querySelector(".graph");
  if (!root.view) root.view = mount(root); // a rerun finds the picture where it was left
  const view = root.view;
  view.setStateValue = setStateValue;
  repaint(view);
  fill(view, data);
  return () => {
    if (root.isConnected) return; // called between reruns too; only a real removal tears down
    clearInterval(view.repaint);
    view.sized.disconnect();
    view.cy.destroy();
    root.view = undefined;
  };
}
