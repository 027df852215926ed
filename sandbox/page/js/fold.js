// Long text of a section folds behind "See more", unless the block says `expand: true`.
// https://docs.slack.dev/reference/block-kit/blocks/section-block

import { h } from "./dom.js";
import { me } from "./store.js";

// Our guess: Slack names no limit for sections. These are the ones it names for the text of an attachment.
const LONGEST = 700;
const LINE_BREAKS = 5;
const opened = new Set();

// In the languages of Slack; there is no Dutch among them. Of the others only German is written down here.
const WORDS = { de: ["Mehr anzeigen", "Weniger anzeigen"], en: ["See more", "See less"] };

// `key` names the section, so that it stays open while the page is drawn again.
export function folded(object, draw, key) {
  const short = cut(object.text);
  if (short === object.text) return draw(object);
  const [more, less] = WORDS[(me().locale || "en").slice(0, 2)] || WORDS.en;
  const place = h("div", { class: "text" });
  const toggle = h("button", { class: "fold", type: "button", "data-key": `fold-${key}` });
  const show = () => {
    const open = opened.has(key);
    place.replaceChildren(draw({ ...object, text: open ? object.text : `${short}…` }));
    toggle.setAttribute("aria-expanded", String(open));
    toggle.textContent = open ? less : more;
  };
  toggle.addEventListener("click", () => {
    if (!opened.delete(key)) opened.add(key);
    show();
  });
  show();
  return h("div", { class: "text" }, place, toggle);
}

function cut(text) {
  const lines = text.split("\n");
  let kept = lines.length > LINE_BREAKS ? lines.slice(0, LINE_BREAKS).join("\n") : text;
  if (kept.length > LONGEST) {
    kept = kept.slice(0, LONGEST);
    // Neither in the middle of a word nor of a link, a mention or a date.
    if (kept.lastIndexOf("<") > kept.lastIndexOf(">")) kept = kept.slice(0, kept.lastIndexOf("<"));
    kept = kept.slice(0, Math.max(kept.lastIndexOf(" "), kept.lastIndexOf("\n")));
  }
  return kept === text ? text : kept.trimEnd();
}
