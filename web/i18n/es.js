/** @type {import("./en.js").Messages} */
export default {
  // Todas las páginas
  "ui.language": "Idioma de esta página",
  "state.connecting": "Conectando…",
  "state.connected": "Conectado",
  "state.reconnecting": "Reconectando…",
  "state.disconnected": "Desconectado",
  "state.offline": "Sin conexión",
  "problem.offline": "No tiene conexión. Esto continuará solo cuando la recupere.",
  "problem.bad_request": "Esta dirección no es correcta. Compruebe el nombre de la sala o pida otra vez el enlace.",
  "problem.unauthorized": "Esta sala necesita una clave. Pida un enlace nuevo al organizador.",
  "problem.forbidden": "Este enlace no da acceso a esta página. Pida el correcto al organizador.",
  "problem.no_room": "Esta sala no existe. Compruebe el nombre o pida el enlace al organizador.",
  "problem.unsupported_pair": "Aquí no hay traducción a este idioma. Elija otro, por favor.",
  "problem.replaced": "Otra persona ha tomado la palabra en esta sala.",
  "problem.quota_exceeded": "Esta sala ha agotado su cuota. Diríjase al organizador.",
  "problem.outdated": "El servidor se ha actualizado. Vuelva a cargar esta página.",
  "problem.ended": "El servidor ha cerrado la conexión.",
  "problem.ended_with": "El servidor ha cerrado la conexión: {detail}.",
};
