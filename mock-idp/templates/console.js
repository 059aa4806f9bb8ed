// Loads the page anew when the journal has something new, and puts its live parts in place. Everything works without it.
(() => {
  "use strict";
  const main = document.querySelector("main[data-wait]");
  const watching = document.getElementById("watching");
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  const isInUse = (part) => part.querySelector("details[open]") || part.querySelector("input:focus, select:focus");

  async function refresh() {
    const answer = await fetch(main.dataset.here);
    if (!answer.ok) throw new Error(answer.status);
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of document.querySelectorAll("[data-live]")) {
      const next = fresh.getElementById(part.id);
      if (!next || isInUse(part) || part.innerHTML === next.innerHTML) continue;
      const focused = part.contains(document.activeElement) && document.activeElement.id;
      const top = part.scrollTop;
      part.innerHTML = next.innerHTML;
      part.scrollTop = top;
      if (focused) document.getElementById(focused)?.focus();
    }
    return Number(fresh.getElementById("live-journal").dataset.after);
  }

  async function watch() {
    let after = Number(document.getElementById("live-journal").dataset.after);
    watching.hidden = false;
    for (;;) {
      try {
        const news = await fetch(`${main.dataset.wait}?after=${after}&timeout_ms=25000`);
        // 404 says that nothing came; the clock has moved all the same.
        if (!news.ok && news.status !== 404) throw new Error(news.status);
        after = await refresh();
        watching.textContent = "live";
        watching.classList.remove("lost");
      } catch {
        watching.textContent = "not connected";
        watching.classList.add("lost");
        await pause(2000);
      }
    }
  }

  watch();
})();
