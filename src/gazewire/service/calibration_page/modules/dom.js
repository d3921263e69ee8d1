// The few things that every part of the page does with its document.

export function byId(id) {
  return document.getElementById(id);
}

export function element(name, ...content) {
  const made = document.createElement(name);
  made.append(...content);
  return made;
}

const SVG = "http://www.w3.org/2000/svg";

export function drawn(name, attributes, ...content) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...content);
  return made;
}
