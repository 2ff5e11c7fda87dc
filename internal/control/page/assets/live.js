// Keeps an open page up to date: every few seconds the parts marked data-live are replaced by what the server says now. The page works
// without it.
"use strict";
(() => {
	if (!document.querySelector("[data-live]")) return;
	const refresh = async () => {
		if (document.hidden) return;
		try {
			const answer = await fetch(location.pathname, { redirect: "error" });
			if (!answer.ok) return;
			const now = new DOMParser().parseFromString(await answer.text(), "text/html");
			for (const part of document.querySelectorAll("[data-live]")) {
				const fresh = now.getElementById(part.id);
				// What somebody is about to use stays where it is.
				if (fresh && fresh.innerHTML !== part.innerHTML && !part.contains(document.activeElement)) part.replaceWith(document.importNode(fresh, true));
			}
		} catch {
			// The next time may succeed; until then the page shows what was known.
		}
	};
	setInterval(refresh, 5000);
})();
