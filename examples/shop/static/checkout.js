// Says that the code is being made, and lets an impatient second click do nothing.

const form = document.getElementById("checkout");
let isSent = false;

form.addEventListener("submit", (event) => {
  if (isSent) event.preventDefault();
  isSent = true;
  document.getElementById("said").textContent = form.dataset.wait;
  for (const button of form.querySelectorAll("button")) button.setAttribute("aria-disabled", "true");
});

// Whoever comes back to this page may order once more.
addEventListener("pageshow", () => {
  isSent = false;
  document.getElementById("said").textContent = "";
  for (const button of form.querySelectorAll("button")) button.removeAttribute("aria-disabled");
});

form.querySelector("[aria-invalid]")?.focus();
// From here on a second click does nothing; whoever automates a browser can wait for it.
document.documentElement.dataset.script = "running";
