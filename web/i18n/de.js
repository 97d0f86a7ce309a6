/** @type {import("./en.js").Messages} */
export default {
  // Jede Seite
  "ui.language": "Sprache dieser Seite",
  "state.connecting": "Verbinden …",
  "state.connected": "Verbunden",
  "state.reconnecting": "Neu verbinden …",
  "state.disconnected": "Getrennt",
  "state.offline": "Offline",
  "problem.offline": "Sie sind offline. Es geht von selbst weiter, sobald Sie wieder verbunden sind.",
  "problem.bad_request":
    "Diese Adresse stimmt nicht ganz. Prüfen Sie den Namen des Raums, oder bitten Sie noch einmal um den Link.",
  "problem.unauthorized": "Dieser Raum braucht einen Schlüssel. Bitten Sie um einen neuen Link.",
  "problem.forbidden": "Dieser Link gilt hier nicht. Bitten Sie um den richtigen.",
  "problem.no_room": "Diesen Raum gibt es nicht. Prüfen Sie den Namen, oder bitten Sie um den Link.",
  "problem.unsupported_pair": "Für diese Sprache gibt es hier keine Übersetzung. Bitte wählen Sie eine andere.",
  "problem.replaced": "In diesem Raum spricht jetzt jemand anderes.",
  "problem.quota_exceeded": "Dieser Raum hat sein Kontingent verbraucht. Wenden Sie sich an den Veranstalter.",
  "problem.outdated": "Der Server ist neuer als diese Seite. Laden Sie sie neu.",
  "problem.ended": "Der Server hat die Verbindung beendet.",
  "problem.ended_with": "Der Server hat die Verbindung beendet: {detail}.",
};
