// All cameras: their state twice a second, their images as fast as they can be shown.

const STATE_EVERY_MS = 500;
const PREVIEW_EVERY_MS = 100;
const SVG = "http://www.w3.org/2000/svg";

const grid = document.getElementById("grid");
const link = document.getElementById("link");
const cards = new Map();

function makeCard(number) {
  const card = document.getElementById("camera").content.cloneNode(true).querySelector("article");
  card.addEventListener("keydown", (event) => {
    if (event.key === "Enter") card.classList.toggle("whole");
  });
  card.addEventListener("dblclick", () => card.classList.toggle("whole"));
  const image = card.querySelector("img");
  // The next one is asked for when the last one is there: whoever is slow sees fewer.
  const again = () => setTimeout(() => {
    image.src = `/api/cameras/${number}/preview.jpg?at=${Date.now()}`;
  }, PREVIEW_EVERY_MS);
  image.addEventListener("load", again);
  image.addEventListener("error", () => setTimeout(again, 1000));
  again();
  grid.append(card);
  return card;
}

function element(name, attributes, text = "") {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = text;
  return made;
}

function drawBoxes(svg, camera) {
  svg.setAttribute("viewBox", `0 0 ${camera.width} ${camera.height}`);
  svg.replaceChildren(...camera.boxes.flatMap((box) => {
    const [x1, y1] = box.TOP_LEFT;
    const [x2, y2] = box.BOTTOM_RIGHT;
    const isPoint = x1 === x2 && y1 === y2;
    const shape = isPoint
      ? element("circle", { cx: x1, cy: y1, r: camera.width / 160 })
      : element("rect", { x: x1, y: y1, width: x2 - x1, height: y2 - y1 });
    const label = box.LABEL ?? "";
    const size = camera.width / 40;
    return label ? [shape, element("text", { x: x1, y: y1 - size / 4, "font-size": size }, label)] : [shape];
  }));
}

function row(term, text, isBad = false) {
  const name = document.createElement("dt");
  const value = document.createElement("dd");
  name.textContent = term;
  value.textContent = text;
  value.classList.toggle("bad", isBad);
  return [name, value];
}

function show(camera, number) {
  if (!cards.has(number)) cards.set(number, makeCard(number));
  const card = cards.get(number);
  card.classList.toggle("gone", !camera.connected);
  card.querySelector("h2").textContent = camera.name;
  card.querySelector("img").alt = `What ${camera.name} sees`;
  drawBoxes(card.querySelector("svg"), camera);
  const drops = Object.entries(camera.dropped).filter(([, count]) => count);
  card.querySelector("dl").replaceChildren(
    ...row("rate", camera.connected ? `${camera.fps.toFixed(1)} a second` : "gone", !camera.connected),
    ...row("images", String(camera.frames)),
    ...row("lost", drops.map(([cause, count]) => `${count} ${cause}`).join(", ") || "none", drops.length > 0),
    ...row("sockets", `${camera.images}, ${camera.boxes_address}`),
    ...row("readers", String(camera.subscribers)),
    ...(camera.malformed ? row("malformed", String(camera.malformed), true) : []),
    ...(camera.recording ? row("recording", camera.recording) : []),
    ...camera.clients.flatMap((client) =>
      row(client.name, `answers after ${client.latency_p50_ms.toFixed(1)} ms, p99 ${client.latency_p99_ms.toFixed(1)} ms`)),
  );
}

async function refresh() {
  try {
    const answer = await fetch("/api/cameras");
    const { cameras } = await answer.json();
    cameras.forEach(show);
    link.textContent = "";
  } catch {
    link.textContent = "The program does not answer.";
  }
  setTimeout(refresh, STATE_EVERY_MS);
}

refresh();
