/**
 * What the pages say, in English; the other languages have the same keys. `{name}` stands for a value, and what depends on
 * a number `n` has a text for each of its plural forms (CLDR): `other`, and `one` where the language has it.
 *
 * @typedef {{ one?: string, other: string }} Plural
 * @typedef {{ [Key in keyof typeof messages]: (typeof messages)[Key] extends string ? string : Plural }} Messages
 */
const messages = /** @type {const} */ ({
  // Every page
  "ui.language": "Language of this page",
  "state.connecting": "Connecting…",
  "state.connected": "Connected",
  "state.reconnecting": "Reconnecting…",
  "state.disconnected": "Disconnected",
  "state.offline": "Offline",
  "problem.offline": "You are offline. This goes on by itself when you are back.",
  "problem.bad_request": "This address is not quite right. Check the room's name, or ask for the link again.",
  "problem.unauthorized": "This room needs a key. Ask the host for a fresh link.",
  "problem.forbidden": "This link does not give access here. Ask the host for the right one.",
  "problem.no_room": "There is no such room. Check the name, or ask the host for the link.",
  "problem.unsupported_pair": "There is no translation for this language here. Please choose another.",
  "problem.replaced": "Another speaker took over this room.",
  "problem.quota_exceeded": "This room has used up what it may. Ask the host.",
  "problem.outdated": "The server has been updated. Reload this page.",
  "problem.ended": "The server has ended the connection.",
  "problem.ended_with": "The server has ended the connection: {detail}.",
});

export default messages;
