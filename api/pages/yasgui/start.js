// Starts the editor on this service alone. Names come from its own list: looking them up elsewhere is off.
"use strict";
const place = document.getElementById("yasgui");
const endpoint = new URL(place.dataset.endpoint, document.baseURI).href;
Yasgui.Yasqe.defaults.autocompleters = ["prefixes", "variables"];
new Yasgui(place, {
  requestConfig: { endpoint, method: "POST" },
  copyEndpointOnNewTab: false,
  endpointCatalogueOptions: { getData: () => [{ endpoint }] },
  persistenceId: "jixiao",
  yasqe: { value: document.getElementById("first").content.textContent },
});
