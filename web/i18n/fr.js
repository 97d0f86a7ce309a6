/** @type {import("./en.js").Messages} */
export default {
  // Toutes les pages
  "ui.language": "Langue de cette page",
  "state.connecting": "Connexion…",
  "state.connected": "Connecté",
  "state.reconnecting": "Reconnexion…",
  "state.disconnected": "Déconnecté",
  "state.offline": "Hors ligne",
  "problem.offline": "Vous êtes hors ligne. La lecture reprendra d’elle-même à votre retour.",
  "problem.bad_request": "Cette adresse n’est pas correcte. Vérifiez le nom de la salle ou redemandez le lien.",
  "problem.unauthorized": "Cette salle demande une clé. Demandez un nouveau lien à l’organisateur.",
  "problem.forbidden": "Ce lien ne donne pas accès à cette page. Demandez le bon à l’organisateur.",
  "problem.no_room": "Cette salle n’existe pas. Vérifiez son nom ou demandez le lien à l’organisateur.",
  "problem.unsupported_pair": "Il n’y a pas de traduction dans cette langue ici. Veuillez en choisir une autre.",
  "problem.replaced": "Une autre personne a pris la parole dans cette salle.",
  "problem.quota_exceeded": "Cette salle a épuisé son quota. Adressez-vous à l’organisateur.",
  "problem.outdated": "Le serveur a été mis à jour. Rechargez cette page.",
  "problem.ended": "Le serveur a mis fin à la connexion.",
  "problem.ended_with": "Le serveur a mis fin à la connexion : {detail}.",
};
