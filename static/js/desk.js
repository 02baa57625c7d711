// Keys of the guide's desk: j k move, a r h decide, x ticks, A asks the ticked, u takes back, ? tells. All are buttons too.
const keys = document.getElementById("keys");
const toggle = document.getElementById("keys-on");
const OFF = "enishi.desk.keys-off";

const isOff = () => localStorage.getItem(OFF) === "1";
const isTyping = (element) => element.closest("input:not([type=checkbox]), textarea, select, [contenteditable]") !== null;
const current = () => document.querySelector(".queue a[aria-current]");

function move(step) {
  const rows = [...document.querySelectorAll(".queue a")];
  const next = rows[rows.indexOf(current()) + step];
  if (next) next.click();
}

function tick() {
  const box = current()?.closest("li").querySelector("input[type=checkbox]");
  if (box) box.checked = !box.checked;
}

const ACTS = { j: () => move(1), k: () => move(-1), x: tick, "?": () => keys?.showModal() };

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (isTyping(event.target) || keys?.open || (isOff() && event.key !== "?")) return;
  const act = ACTS[event.key] ?? (() => document.querySelector(`[data-key="${CSS.escape(event.key)}"]`)?.click());
  if (event.key in ACTS || document.querySelector(`[data-key="${CSS.escape(event.key)}"]`)) {
    event.preventDefault();
    act();
  }
});

current()?.scrollIntoView({ block: "nearest" });
for (const hint of document.querySelectorAll("[data-keys]")) hint.hidden = false;
if (toggle) {
  toggle.checked = !isOff();
  toggle.addEventListener("change", () => localStorage.setItem(OFF, toggle.checked ? "0" : "1"));
}
