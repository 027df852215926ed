// Slack's mrkdwn as elements. https://docs.slack.dev/messaging/formatting-message-text

import { date } from "./dates.js";
import { h } from "./dom.js";
import { state, user } from "./store.js";

const EMOJI = { ":wave:": "👋", ":seedling:": "🌱", ":white_check_mark:": "✅", ":hourglass:": "⌛" };
const INLINE = /<([^>]+)>|`([^`\n]+)`|(?<![\w*])\*([^*\n]+)\*(?![\w*])|(?<![\w_])_([^_\n]+)_(?![\w_])|(?<![\w~])~([^~\n]+)~(?![\w~])|(:[a-z_]+:)/g;

export const unescape = (text) => text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

export function mrkdwn(text) {
  const lines = text.split("\n");
  const parts = [];
  let plain = [];
  let quote = [];
  const flush = () => {
    if (plain.length) parts.push(h("div", { class: "pre" }, inline(plain.join("\n"))));
    if (quote.length) parts.push(h("blockquote", { class: "pre" }, inline(quote.join("\n"))));
    plain = [];
    quote = [];
  };
  for (const line of lines) {
    const quoted = line.startsWith("&gt;") || line.startsWith(">");
    if (quoted ? plain.length : quote.length) flush();
    if (quoted) quote.push(line.replace(/^(&gt;|>) ?/, ""));
    else plain.push(line);
  }
  flush();
  return h("div", { class: "text" }, parts);
}

export function inline(text) {
  const found = [];
  let last = 0;
  for (const match of text.matchAll(INLINE)) {
    if (match.index > last) found.push(unescape(text.slice(last, match.index)));
    found.push(piece(match));
    last = match.index + match[0].length;
  }
  if (last < text.length) found.push(unescape(text.slice(last)));
  return found;
}

function piece([whole, angle, code, bold, italic, strike, emoji]) {
  if (angle !== undefined) return angled(angle);
  if (code !== undefined) return h("code", {}, unescape(code));
  if (bold !== undefined) return h("strong", {}, inline(bold));
  if (italic !== undefined) return h("em", {}, inline(italic));
  if (strike !== undefined) return h("s", {}, inline(strike));
  return EMOJI[emoji] || whole;
}

function angled(content) {
  if (content.startsWith("@")) {
    const id = content.slice(1).split("|")[0];
    return h("span", { class: id === state.me ? "mention mine" : "mention" }, `@${user(id).real_name}`);
  }
  if (content.startsWith("#")) {
    const channel = state.boot.channels.find((one) => one.id === content.slice(1).split("|")[0]);
    return h("span", { class: "mention" }, `#${channel ? channel.name : "privé"}`);
  }
  if (content.startsWith("!date^")) return date(content);
  if (content.startsWith("!")) return h("span", { class: "mention" }, `@${content.slice(1)}`);
  const [url, label] = content.split("|");
  return h("a", { href: /^https?:/.test(url) ? url : "#", target: "_blank", rel: "noreferrer" }, unescape(label || url));
}
