// The code's end in the customer's own time, and the time that is left by the shop's clock.

let timer;

export function countDown() {
  clearInterval(timer);
  const deadline = document.getElementById("deadline");
  if (!deadline) return;
  const end = new Date(deadline.dateTime);
  const language = document.documentElement.lang === "en" ? "en-GB" : "id-ID";
  deadline.textContent = new Intl.DateTimeFormat(language, {
    weekday: "long", day: "numeric", month: "long", hour: "2-digit", minute: "2-digit", timeZoneName: "short",
  }).format(end);
  // A browser's clock may be wrong by hours; how long it has been since the page came is not.
  const started = performance.now();
  const atStart = end - new Date(document.getElementById("order").dataset.now);
  const show = () => {
    document.getElementById("left").textContent = words(atStart - (performance.now() - started));
  };
  show();
  timer = setInterval(show, 1000);
}

function words(milliseconds) {
  const { hours, minutes, seconds, over } = document.getElementById("left").dataset;
  if (milliseconds <= 0) return over;
  const all = Math.ceil(milliseconds / 1000);
  const [h, min, s] = [Math.floor(all / 3600), Math.floor(all / 60) % 60, all % 60];
  const two = (n) => String(n).padStart(2, "0");
  return h ? `${h} ${hours} ${two(min)} ${minutes} ${two(s)} ${seconds}` : `${min} ${minutes} ${two(s)} ${seconds}`;
}
