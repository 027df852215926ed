// In which language somebody reads and where they are: for whoever plays them, because Slack shows neither.

const LANGUAGES = { nl: "Nederlands", en: "Engels" };
const PLACES = { London: "Londen" };
const HOME = { reads: "nl", zone: "Europe/Amsterdam" };

// Beside a field of a form, whose other words are in the language of whoever reads it.
export const optionalIn = (person) => (person.reads === "en" ? "optional" : "optioneel");

export const readsIn = (person) => LANGUAGES[person.reads] || person.reads;

export function livesIn(person) {
  const place = person.zone.split("/").at(-1).replaceAll("_", " ");
  return PLACES[place] || place;
}

// "EN, Londen" beside the name of whoever differs from the rest.
export const differs = (person) => [
  person.reads !== HOME.reads && person.reads.toUpperCase(),
  person.zone !== HOME.zone && livesIn(person),
].filter(Boolean).join(", ");
