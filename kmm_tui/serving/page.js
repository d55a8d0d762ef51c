// Loaded before textual.js, which draws the terminal: watches its connection, and says so when the board is not there.
(() => {
  "use strict";
  const SILENT = 15000; // ms without a sign of life from the board after which it is not to be trusted
  const AGAIN = 5000;
  const FULL_AGAIN = 30000;
  let heard = 0;
  let over = false;

  const cover = (what, more) => {
    const place = document.getElementById("cover");
    document.getElementById("what").textContent = what;
    document.getElementById("more").textContent = more;
    place.hidden = false;
    document.body.classList.add("-covered");
  };
  const uncover = () => {
    document.getElementById("cover").hidden = true;
    document.body.classList.remove("-covered");
  };
  const since = () => new Date(heard || Date.now()).toLocaleTimeString([], { hour12: false });

  const again = async () => {
    try {
      const answer = await fetch("alive", { cache: "no-store" });
      if (answer.ok) {
        location.reload();
        return;
      }
    } catch {
      // Not there yet.
    }
    setTimeout(again, AGAIN);
  };

  const closed = (event) => {
    over = true;
    if (event.code === 4000) {
      cover("ENDED", "The board was ended on this page. Reload the page to see it again.");
    } else if (event.code === 4001) {
      cover("FULL", `This server shows the board to ${event.reason}. Close another page; tried again every 30 s.`);
      setTimeout(again, FULL_AGAIN);
    } else {
      cover("NOT CONNECTED", `Nothing of the board since ${since()}. Tried again every 5 s.`);
      setTimeout(again, AGAIN);
    }
  };

  const Socket = window.WebSocket;
  window.WebSocket = class extends Socket {
    constructor(url) {
      super(url);
      heard = Date.now();
      this.addEventListener("message", () => {
        heard = Date.now();
        if (!over) uncover();
      });
      this.addEventListener("close", closed);
      // Keys are for the board from the beginning.
      this.addEventListener("open", () => document.querySelector(".xterm-helper-textarea")?.focus());
    }
  };
  setInterval(() => {
    if (!over && heard && Date.now() - heard > SILENT) {
      cover("NOT CONNECTED", `Nothing of the board since ${since()}.`);
    }
  }, 1000);

  // What looks like a link in a name is a name.
  window.open = () => null;

  document.addEventListener("DOMContentLoaded", () => {
    const place = location.pathname.replace(/[^/]*$/, "");
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    document.getElementById("terminal").dataset.sessionWebsocketUrl = `${scheme}//${location.host}${place}ws`;
    // The terminal measures its letters once, and has to know them by then.
    const begin = window.onload;
    window.onload = null;
    const letters = ["16px", "bold 16px", "italic 16px"].map((each) => document.fonts.load(`${each} "Roboto Mono"`));
    Promise.allSettled(letters).then(() => begin());
  });
})();
