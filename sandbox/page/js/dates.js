// Dates and times as Slack shows them: in the zone, the language and the clock of whoever reads.
// https://docs.slack.dev/messaging/formatting-message-text#date-formatting

import { h } from "./dom.js";
import { me, now } from "./store.js";

const DAY = 86400000;
const LONG = { weekday: "long", day: "numeric", month: "long", year: "numeric" };
const FULL = { day: "numeric", month: "long", year: "numeric" };
const SHORT = { day: "numeric", month: "short", year: "numeric" };

const language = () => me().locale || "en-US";
const isAmerican = () => language() === "en-US";

// Intl puts a narrow space before AM and PM; a plain one is easier to find.
export const inZone = (at, options) => new Intl.DateTimeFormat(language(), { timeZone: me().zone, ...options }).format(at).replaceAll("\u202f", " ");

// "3:00 PM" with a clock of 12 hours, "15:00" with one of 24. The language decides which clock somebody has.
export function clockTime(at, more = {}) {
  const twelve = new Intl.DateTimeFormat(language(), { hour: "numeric" }).resolvedOptions().hour12;
  return inZone(at, { hour: twelve ? "numeric" : "2-digit", minute: "2-digit", ...more });
}

// The page's own clock is Dutch, as its words are, in whatever language somebody has Slack.
export const dutchTime = (at, more = {}) => new Intl.DateTimeFormat("nl-NL", { timeZone: me().zone, hour: "2-digit", minute: "2-digit", ...more }).format(at);

export function date(content) {
  const [, unix, rest] = content.match(/^!date\^(\d+)\^(.*)$/s) || [];
  if (!unix) return content;
  const format = rest.split("|")[0].split("^")[0];
  const at = new Date(Number(unix) * 1000);
  const shown = format.replace(/\{(\w+)\}/g, (whole, token, place) => capital(named(at, token) ?? whole, place));
  return h("time", { datetime: at.toISOString(), title: `In de tijdzone van de lezer: ${me().zone}` }, shown);
}

// A guess: English begins with a capital where the date begins.
const capital = (words, place) => (place === 0 && language().startsWith("en") ? words[0].toUpperCase() + words.slice(1) : words);

// The tokens as @slack/types (RichTextDate) describes them; other languages than American are left to Intl.
function named(at, token) {
  if (token.endsWith("_pretty")) return nearby(at) ?? (token === "day_divider_pretty" ? divider(at) : named(at, token.slice(0, -"_pretty".length)));
  switch (token) {
    case "date_num": return iso(at);
    case "date_slash": return inZone(at, { year: "numeric", month: "2-digit", day: "2-digit" });
    case "date_long": return isAmerican() ? `${inZone(at, { weekday: "long" })}, ${american(at)}` : inZone(at, LONG);
    case "date_long_full": return inZone(at, FULL);
    case "date": return isAmerican() ? american(at) : inZone(at, FULL);
    case "date_short": return inZone(at, SHORT);
    case "time": return clockTime(at);
    case "time_secs": return clockTime(at, { second: "2-digit" });
    case "ago": return ago(at);
    default: return null;
  }
}

const american = (at) => `${inZone(at, { month: "long" })} ${ordinal(Number(inZone(at, { day: "numeric" })))}, ${inZone(at, { year: "numeric" })}`;

function ordinal(day) {
  const kind = new Intl.PluralRules("en-US", { type: "ordinal" }).select(day);
  return `${day}${{ one: "st", two: "nd", few: "rd", other: "th" }[kind]}`;
}

const iso = (at) => new Intl.DateTimeFormat("en-CA", { timeZone: me().zone, year: "numeric", month: "2-digit", day: "2-digit" }).format(at);
const daysFromNow = (at) => Math.round((Date.parse(iso(at)) - Date.parse(iso(new Date(now() * 1000)))) / DAY);
const relative = (number, unit) => new Intl.RelativeTimeFormat(language(), { numeric: "auto" }).format(number, unit);

// "yesterday", "today" or "tomorrow" in the reader's zone; null on any other day.
function nearby(at) {
  const days = daysFromNow(at);
  return Math.abs(days) <= 1 ? relative(days, "day") : null;
}

function divider(at) {
  const year = (when) => inZone(when, { year: "numeric" });
  if (year(at) !== year(new Date(now() * 1000))) return named(at, "date_long");
  return isAmerican() ? named(at, "date_long").replace(/, \d+$/, "") : inZone(at, { weekday: "long", day: "numeric", month: "long" });
}

function ago(at) {
  const seconds = at / 1000 - now();
  const [unit, size] = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]].find(([, one]) => Math.abs(seconds) >= one) || ["second", 1];
  return relative(Math.round(seconds / size), unit);
}
