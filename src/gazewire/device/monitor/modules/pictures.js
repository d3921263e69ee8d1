// Pictures of one camera: asked for one by one, so that none on the way is old.

const HEADER_BYTES = 13;
const CAMERAS = ["scene", "eyes"];
const ON_THE_WAY = 2;

// Which camera a binary message of the feed is of.
export function cameraOf(buffer) {
  return CAMERAS[new DataView(buffer).getUint8(0)];
}

// {t: BigInt nanoseconds, width, height, image}; throws where the picture is broken.
export async function decode(buffer) {
  const header = new DataView(buffer, 0, HEADER_BYTES);
  const jpeg = new Blob([new Uint8Array(buffer, HEADER_BYTES)], { type: "image/jpeg" });
  return {
    t: header.getBigUint64(1),
    width: header.getUint16(9),
    height: header.getUint16(11),
    image: await createImageBitmap(jpeg),
  };
}

// How many pictures were asked for and have not been done with.
export class Demand {
  #open = 0;
  #ask;

  // `ask` asks the device for one picture.
  constructor(ask) {
    this.#ask = ask;
  }

  // Ask for as many as may be on the way.
  fill() {
    for (; this.#open < ON_THE_WAY; this.#open += 1) this.#ask();
  }

  // A picture has been shown or left out.
  settle() {
    this.#open = Math.max(0, this.#open - 1);
  }

  // A new connection knows of no demand.
  clear() {
    this.#open = 0;
  }
}
