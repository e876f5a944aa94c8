// How amounts, times and answers are written.

const RUPIAH = new Intl.NumberFormat("id-ID");

export const rupiah = (amount) => `Rp ${RUPIAH.format(amount)}`;

/** 3 h 05 min, 4 min 09 s, or "over". */
export function left(seconds) {
  if (seconds <= 0) return "over";
  const [h, min, s] = [seconds / 3600, (seconds / 60) % 60, seconds % 60].map(Math.floor);
  const two = (n) => String(n).padStart(2, "0");
  return h ? `${h} h ${two(min)} min` : `${min} min ${two(s)} s`;
}

/** What a receiver said to a callback, in a few words. */
export function answered({ httpStatus, error, lost }) {
  if (lost) return "lost on its way";
  return httpStatus ? `answered ${httpStatus}` : `no answer: ${error}`;
}

export function short(text, most = 100) {
  return text.length > most ? `${text.slice(0, most)}…` : text;
}

/** A whole number from what was typed, dots and spaces aside. What is none is for the simulator to refuse. */
export function whole(text) {
  const digits = text.replace(/[\s.]/g, "");
  return /^\d+$/.test(digits) ? Number(digits) : text;
}

/** What came of a action, for who hears the page as well as for who sees it. */
export function outcome(label, { callbacks, complete }) {
  const sent = callbacks.map((one) => `${one.status} ${answered(one)}`).join(", ");
  if (sent) return `${label}: ${sent}.`;
  return complete === false ? `${label}: the callback is on its way.` : `${label}: done.`;
}
