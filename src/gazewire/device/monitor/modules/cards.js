// Panels that fold: which of them are open is remembered in this browser.

const KEY = "gazewire-open-cards";

// Open what was open last; at first, what `isOpen` says of its id.
export function rememberCards(isOpen) {
  const remembered = read();
  for (const card of document.querySelectorAll("details[id]")) {
    card.open = remembered[card.id] ?? isOpen(card.id);
    const summary = card.querySelector("summary");
    summary.addEventListener("click", () => {
      // The click opens or closes it afterwards.
      write({ ...read(), [card.id]: !card.open });
    });
  }
}

// Without storage, as some browsers have it, nothing is remembered.
function read() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? {};
  } catch {
    return {};
  }
}

function write(cards) {
  try {
    localStorage.setItem(KEY, JSON.stringify(cards));
  } catch {
    // likewise
  }
}
