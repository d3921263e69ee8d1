// The few things that every part of the page does with its document.

export function byId(id) {
  return document.getElementById(id);
}

export function element(name, ...content) {
  const made = document.createElement(name);
  made.append(...content);
  return made;
}

export function show(id, isShown) {
  byId(id).hidden = !isShown;
}
