// One widget for each kind of question in a template. All have
//
//   element           to be put into the form; null where there is nothing to answer
//   answer            a list of texts, [""] where unanswered; can be set
//   fault()           what is wrong with the answer, in words; "" where nothing is
//   focus()

import { element } from "./dom.js";

// As the device has them; it has the last word.
const PATTERNS = {
  integer: [/^[+-]?\d{1,18}$/, "This takes a whole number."],
  float: [/^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/, "This takes a number, with a point."],
};

export function widgetFor(item) {
  const make = {
    TEXT: textWidget,
    PARAGRAPH: textWidget,
    RADIO_LIST: choiceWidget,
    CHECKBOX_LIST: choiceWidget,
    SECTION_HEADER: heading,
    PAGE_BREAK: heading,
  }[item.widget_type];
  return make?.(item) ?? null;
}

function heading({ widget_type, title, help_text }) {
  const made = element("div", element("h3", title));
  made.className = widget_type === "PAGE_BREAK" ? "page-break" : "section-header";
  if (help_text) made.append(help(help_text));
  return { element: made, answer: null };
}

function textWidget(item) {
  const input = document.createElement(item.widget_type === "PARAGRAPH" ? "textarea" : "input");
  if (input.matches("textarea")) input.rows = 3;
  else input.type = "text";
  input.id = `question-${item.id}`;
  input.autocomplete = "off";
  if (item.input_type !== "any") input.inputMode = item.input_type === "integer" ? "numeric" : "decimal";
  const label = element("label", ...titleOf(item));
  label.htmlFor = input.id;
  const made = element("div", label);
  const field = finish(item, made, input, [input]);
  const text = () => (item.input_type === "any" ? input.value : input.value.trim());
  return {
    ...field,
    get answer() {
      return [text()];
    },
    set answer([value]) {
      input.value = value;
    },
    fault() {
      if (text() === "") return field.faultOfNothing;
      const [pattern, words] = PATTERNS[item.input_type] ?? [];
      return pattern && !pattern.test(text()) ? words : "";
    },
  };
}

function choiceWidget(item) {
  const isOne = item.widget_type === "RADIO_LIST";
  // A radio button once pressed cannot be let go: not to answer is a choice too.
  const choices = isOne && !item.required ? [...item.choices, ""] : item.choices;
  const inputs = choices.map((choice) => {
    const input = document.createElement("input");
    input.type = isOne ? "radio" : "checkbox";
    input.name = `question-${item.id}`;
    input.value = choice;
    return input;
  });
  const list = element(
    "div",
    ...inputs.map((input) => element("label", input, element("span", input.value || "No answer"))),
  );
  list.className = "choices";
  const made = element("fieldset", element("legend", ...titleOf(item)));
  const field = finish(item, made, list, inputs);
  return {
    ...field,
    get answer() {
      const chosen = inputs.filter((input) => input.checked).map((input) => input.value);
      return chosen.length ? chosen : [""];
    },
    set answer(values) {
      for (const input of inputs) input.checked = values.includes(input.value);
    },
    fault() {
      return inputs.some((input) => input.checked && input.value) ? "" : field.faultOfNothing;
    },
  };
}

// The parts that all questions have.
function finish(item, made, body, inputs) {
  made.className = "question";
  const words = element("p");
  words.className = "fault";
  words.id = `fault-${item.id}`;
  words.hidden = true;
  const described = [words.id];
  if (item.help_text) {
    const told = help(item.help_text);
    told.id = `help-${item.id}`;
    described.unshift(told.id);
    made.append(told);
  }
  made.append(body, words);
  for (const input of inputs) {
    input.setAttribute("aria-describedby", described.join(" "));
    if (item.required && input.type !== "checkbox") input.required = true;
  }
  return {
    element: made,
    faultOfNothing: item.required ? "This needs an answer." : "",
    focus: () => (inputs.find((input) => input.checked) ?? inputs[0]).focus(),
    showFault(text) {
      words.textContent = text;
      words.hidden = text === "";
      for (const input of inputs) input.setAttribute("aria-invalid", String(text !== ""));
    },
  };
}

function titleOf({ title, required }) {
  if (!required) return [title];
  const mark = element("span", " required");
  mark.className = "required";
  return [title, mark];
}

function help(text) {
  const made = element("p", text);
  made.className = "hint";
  return made;
}
