// Slack's mrkdwn as elements. https://docs.slack.dev/messaging/formatting-message-text

import { h } from "./dom.js";
import { me, state, user } from "./store.js";

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
  if (content.startsWith("@")) return h("span", { class: "mention" }, `@${user(content.slice(1).split("|")[0]).real_name}`);
  if (content.startsWith("#")) {
    const channel = state.boot.channels.find((one) => one.id === content.slice(1).split("|")[0]);
    return h("span", { class: "mention" }, `#${channel ? channel.name : "privé"}`);
  }
  if (content.startsWith("!date^")) return date(content);
  if (content.startsWith("!")) return h("span", { class: "mention" }, `@${content.slice(1)}`);
  const [url, label] = content.split("|");
  return h("a", { href: /^https?:/.test(url) ? url : "#", target: "_blank", rel: "noreferrer" }, unescape(label || url));
}

function date(content) {
  const [, unix, rest] = content.match(/^!date\^(\d+)\^(.*)$/s) || [];
  if (!unix) return content;
  const format = rest.split("|")[0].split("^")[0];
  const at = new Date(Number(unix) * 1000);
  const shown = format.replace(/\{(\w+)\}/g, (whole, token) => dateToken(at, token) ?? whole);
  return h("time", { datetime: at.toISOString(), title: `In de tijdzone van de lezer: ${me().zone}` }, shown);
}

// In the zone and the language of whoever reads, as Slack does on their device.
export function inZone(at, options) {
  return new Intl.DateTimeFormat(me().locale || "nl-NL", { timeZone: me().zone, ...options }).format(at);
}

function dateToken(at, token) {
  const long = { weekday: "long", day: "numeric", month: "long", year: "numeric" };
  const short = { day: "numeric", month: "short", year: "numeric" };
  if (token === "time") return inZone(at, { hour: "2-digit", minute: "2-digit" });
  if (token === "time_secs") return inZone(at, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
  if (token === "date_num") return inZone(at, { year: "numeric", month: "2-digit", day: "2-digit" });
  if (token.startsWith("date_long")) return inZone(at, long);
  if (token.startsWith("date")) return inZone(at, token.includes("short") ? short : { day: "numeric", month: "long", year: "numeric" });
  return null;
}
