// The button that copies the code; where the browser forbids that, the code is selected instead.

export function enableCopy(say) {
  const button = document.getElementById("copy");
  if (!button) return;
  button.addEventListener("click", async () => {
    const code = document.getElementById("code");
    try {
      await navigator.clipboard.writeText(code.textContent);
      say(button.dataset.done);
    } catch {
      getSelection().selectAllChildren(code);
      say(button.dataset.failed);
    }
  });
  button.hidden = false;
}
