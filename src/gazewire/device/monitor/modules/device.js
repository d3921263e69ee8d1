// Who the device is, how it is, and what its sensors do.

import { byId, element, show } from "./dom.js";

// In the order in which they are listed.
const SENSOR_NAMES = {
  world: "Scene camera",
  gaze: "Gaze",
  eyes: "Eye cameras",
  imu: "Inertial sensor",
  eye_events: "Eye events",
};
const SENSOR_STATES = { on: "Connected", off: "Not connected", error: "Error" };
const PRODUCTS = { 1: "Pupil Invisible", 2: "Neon" }; // by the first digit of the version
const STATE_WORDS = { OK: "", LOW: "low", CRITICAL: "critical" };

export class DevicePanel {
  name = "gazewire monitor";
  #sensors = new Map();

  // Forget the sensors, before those of a new connection.
  clear() {
    this.#sensors.clear();
  }

  showPhone(phone) {
    this.name = phone.device_name;
    byId("device-name").textContent = phone.device_name;
    const level = Math.min(100, Math.max(0, phone.battery_level));
    showVital("battery", phone.battery_state, `${phone.battery_level} %`);
    byId("battery-charge").setAttribute("width", String((19.5 * level) / 100));
    showVital("storage", phone.memory_state, `${bytesInWords(phone.memory)} free`);
  }

  showHardware({ version, module_serial, glasses_serial, frame_name }) {
    const product = PRODUCTS[version?.at(0)] ?? "Glasses";
    const serial = [module_serial, glasses_serial].find((text) => text && text !== "-1");
    byId("product").textContent = [product, frame_name, serial].filter(Boolean).join(" · ");
  }

  showSensor({ sensor, conn_type, connected, stream_error }) {
    const ways = this.#sensors.get(sensor) ?? new Map();
    ways.set(conn_type, connected ? (stream_error ? "error" : "on") : "off");
    this.#sensors.set(sensor, ways);
    const names = [...new Set([...Object.keys(SENSOR_NAMES), ...this.#sensors.keys()])];
    const known = names.filter((name) => this.#sensors.has(name));
    byId("sensors").replaceChildren(...known.map((name) => sensorRow(name, this.#sensors.get(name))));
    show("sensors-none", false);
    const on = byId("sensors").querySelectorAll("[data-state=on]").length;
    byId("sensors-terse").textContent = `${on} of ${known.length} connected`;
  }
}

// A sensor is as well as the best of the ways to it.
function sensorRow(sensor, ways) {
  const states = [...ways.values()];
  const state = ["on", "error", "off"].find((candidate) => states.includes(candidate));
  const row = element(
    "li",
    element("span", SENSOR_NAMES[sensor] ?? sensor),
    element("span", SENSOR_STATES[state]),
  );
  row.dataset.state = state;
  return row;
}

function showVital(id, state, text) {
  show(id, true);
  byId(id).dataset.state = state;
  byId(`${id}-text`).textContent = [text, STATE_WORDS[state]].filter(Boolean).join(", ");
}

function bytesInWords(bytes) {
  const gigabytes = bytes / 1e9;
  return gigabytes >= 10 ? `${Math.floor(gigabytes)} GB` : `${gigabytes.toFixed(1)} GB`;
}
