// The scene camera's picture with what was found in it; a click points at something.

const COLOURS = { calibration: "#43c8a0", stop: "#ff8a80" };
const FEATURE_COLOUR = "#f0b24c";
const ON_THE_WAY = 2;

export class Preview {
  isWanted = true;
  #canvas;
  #ask;
  #told = null;
  #open = 0;

  // `ask` asks for one picture; `point` is told what was clicked on.
  constructor(canvas, ask, point) {
    this.#canvas = canvas;
    this.#ask = ask;
    canvas.addEventListener("click", (event) => {
      if (!this.#told) return;
      const place = this.#placeOf(event);
      if (place) point(place, this.#told.timestamp);
    });
  }

  // Ask for as many as may be on the way.
  fill() {
    for (; this.isWanted && this.#open < ON_THE_WAY; this.#open += 1) this.#ask();
  }

  // A new connection, or choreography, knows of nothing that was asked for.
  restart() {
    this.#open = 0;
    this.fill();
  }

  get hasPicture() {
    return this.#told !== null;
  }

  // Returns what was told beside the picture.
  async take(buffer) {
    const length = new DataView(buffer).getUint32(0);
    const told = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
    const jpeg = new Blob([new Uint8Array(buffer, 4 + length)], { type: "image/jpeg" });
    try {
      const image = await createImageBitmap(jpeg);
      this.#told = told;
      this.#draw(image);
      image.close();
    } catch {
      // a broken picture is left out
    }
    this.#open = Math.max(0, this.#open - 1);
    this.fill();
    return told;
  }

  #draw(image) {
    const canvas = this.#canvas;
    if (canvas.width !== image.width || canvas.height !== image.height) {
      [canvas.width, canvas.height] = [image.width, image.height];
      canvas.parentElement.style.aspectRatio = `${image.width} / ${image.height}`;
    }
    const context = canvas.getContext("2d", { alpha: false });
    context.drawImage(image, 0, 0);
    const at = ([x, y]) => [x * canvas.width, (1 - y) * canvas.height];
    context.lineWidth = 3;
    for (const [kind, place, diameter] of this.#told.markers) {
      context.strokeStyle = COLOURS[kind];
      context.beginPath();
      context.arc(...at(place), 0.62 * diameter * canvas.width, 0, 2 * Math.PI);
      context.stroke();
    }
    context.strokeStyle = FEATURE_COLOUR;
    for (const place of this.#told.features) {
      const [x, y] = at(place);
      context.beginPath();
      context.arc(x, y, 12, 0, 2 * Math.PI);
      context.moveTo(x - 20, y);
      context.lineTo(x + 20, y);
      context.moveTo(x, y - 20);
      context.lineTo(x, y + 20);
      context.stroke();
    }
  }

  // The picture is as large as its element lets it be, and in its middle.
  #placeOf(event) {
    const { left, top, width, height } = this.#canvas.getBoundingClientRect();
    const scale = Math.min(width / this.#canvas.width, height / this.#canvas.height);
    const [across, down] = [scale * this.#canvas.width, scale * this.#canvas.height];
    const x = (event.clientX - left - (width - across) / 2) / across;
    const y = 1 - (event.clientY - top - (height - down) / 2) / down;
    return [x, y].every((number) => number >= 0 && number <= 1) ? [x, y] : null;
  }
}
