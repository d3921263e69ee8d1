// What can be set in a camera: a field for each control, with the range that the camera tells.

const NAMES = {
  exposure_us: "exposure, µs",
  gain_db: "gain, dB",
  rate_hz: "rate, a second",
  pixel_format: "pixels",
  left_px: "left, px",
  top_px: "top, px",
  width: "width, px",
  height: "height, px",
};

export async function openControls(number, place) {
  place.replaceChildren("…");
  const answer = await fetch(`/api/cameras/${number}/controls`);
  const told = await answer.json();
  if (answer.ok) showControls(number, place, told);
  else place.replaceChildren(complaint(told.message));
}

function showControls(number, place, controls) {
  const fields = Object.entries(controls).flatMap(([name, control]) => {
    const label = document.createElement("label");
    const field = control.kind === "number" ? numberField(control) : choiceField(control);
    field.id = `control-${number}-${name}`;
    field.disabled = !control.is_live;
    field.addEventListener("change", () => setControl(number, place, name, field, control));
    label.htmlFor = field.id;
    label.textContent = NAMES[name] ?? name.replaceAll("_", " ");
    if (control.kind === "number") {
      const range = document.createElement("small");
      range.textContent = `${short(control.minimum)} – ${short(control.maximum)}`;
      label.append(range);
    }
    return [label, field];
  });
  place.replaceChildren(...(fields.length ? fields : ["This camera has nothing to set."]));
}

async function setControl(number, place, name, field, control) {
  const value = control.kind === "number" ? field.valueAsNumber : field.value;
  const answer = await fetch(`/api/cameras/${number}/controls`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ name, value }),
  });
  const told = await answer.json();
  if (answer.ok) {
    // What one control is set to changes the ranges of others.
    showControls(number, place, told);
    document.getElementById(field.id)?.focus();
    return;
  }
  place.querySelector(".told")?.remove();
  place.append(complaint(told.message));
}

function numberField(control) {
  const field = document.createElement("input");
  field.type = "number";
  field.min = control.minimum;
  field.max = control.maximum;
  field.step = control.step || "any";
  field.value = short(control.value);
  return field;
}

function choiceField(control) {
  const field = document.createElement("select");
  for (const choice of control.choices) field.append(new Option(choice, choice, false, choice === control.value));
  return field;
}

function complaint(text) {
  const made = document.createElement("p");
  made.className = "told";
  made.textContent = text;
  return made;
}

function short(value) {
  return String(Number(value.toPrecision(6)));
}
