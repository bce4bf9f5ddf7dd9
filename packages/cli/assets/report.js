// The page of a build's report. All that a build printed reaches the page as text nodes, never as markup.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const total = Math.max(1, data.durationMs);
  const kinds = [
    ["done", "run"],
    ["cached", "cached"],
    ["failed", "failed"],
    ["cancelled", "cancelled"],
  ];

  /** An element with properties and children; texts become text nodes. */
  function make(tag, properties = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(properties)) {
      if (value === undefined) continue;
      if (name === "class") element.className = value;
      else element.setAttribute(name, value);
    }
    element.append(...children);
    return element;
  }

  function duration(ms) {
    if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
    if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
    const seconds = Math.round(ms / 1000);
    if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
    return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
  }

  /** A log as styled text: colours and weights of its escape sequences; what was written over is gone. */
  function renderLog(log) {
    const fragment = document.createDocumentFragment();
    const lines = log.split("\n").map((line) => line.replace(/\r+$/, "").replace(/^.*\r/s, ""));
    const style = new Set();
    const add = (piece) => {
      const shown = piece.replace(/(?![\n\t])\p{Cc}/gu, "");
      if (shown === "") return;
      if (style.size === 0) fragment.append(shown);
      else {
        const span = make("span", { class: [...style].filter((name) => !name.startsWith("ansi-")).join(" ") }, shown);
        const colour = [...style].find((name) => name.startsWith("ansi-"));
        if (colour) span.style.color = `var(--${colour})`;
        fragment.append(span);
      }
    };
    const [first, ...others] = lines.join("\n").split("\u001b");
    add(first);
    for (const piece of others) {
      const [styling, parameters] = /^\[([0-9;:]*)m/.exec(piece) ?? [];
      if (styling !== undefined) restyle(style, parameters);
      add(piece.slice((styling ?? otherSequence(piece)).length));
    }
    return fragment;
  }

  /** What follows an escape character and belongs to it: what moves the cursor, names windows and the like. */
  function otherSequence(piece) {
    if (!/^[\]PX^_]/.test(piece)) return /^(?:\[[0-?]*[ -/]*[@-~]?|[ -/]*[0-~]?)/.exec(piece)[0];
    const end = piece.indexOf("\u0007");
    return end < 0 ? piece : piece.slice(0, end + 1);
  }

  function restyle(style, parameters) {
    const codes = parameters.split(/[;:]/).map(Number);
    const uncolour = () => {
      for (const name of style) if (name.startsWith("ansi-")) style.delete(name);
    };
    for (let i = 0; i < codes.length; i++) {
      const code = codes[i];
      if (code === 0) style.clear();
      else if (code === 1) style.add("bold");
      else if (code === 2) style.add("faint");
      else if (code === 3) style.add("italic");
      else if (code === 4) style.add("underline");
      else if (code === 22) ["bold", "faint"].forEach((name) => style.delete(name));
      else if (code === 23) style.delete("italic");
      else if (code === 24) style.delete("underline");
      else if (code === 38 || code === 48) i += codes[i + 1] === 2 ? 4 : 2;
      else if (code === 39) uncolour();
      else if ((code >= 30 && code <= 37) || (code >= 90 && code <= 97)) {
        uncolour();
        style.add(`ansi-${code >= 90 ? code - 60 : code}`);
      }
    }
  }

  /** Marks what is searched for in a log. */
  function markFound(pre, wanted) {
    if (wanted === "") return;
    const texts = [];
    const walker = document.createTreeWalker(pre, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) texts.push(walker.currentNode);
    for (const node of texts) {
      let rest = node;
      for (let found = 0; found < 500; found++) {
        const index = rest.data.toLowerCase().indexOf(wanted);
        if (index < 0) break;
        const hit = rest.splitText(index);
        rest = hit.splitText(Math.min(wanted.length, hit.length));
        const mark = make("mark");
        hit.replaceWith(mark);
        mark.append(hit);
      }
    }
  }

  const rows = [];
  const sections = [];
  let wanted = "";

  function build() {
    const failed = data.services.filter((service) => service.state === "failed").length;
    const steps = data.services.flatMap((service) => service.steps).filter((step) => step.kind === "step");
    const cached = steps.filter((step) => step.state === "cached").length;
    const facts = [
      new Date(data.startedAt).toLocaleString(),
      `took ${duration(data.durationMs)}`,
      `${data.services.length} ${data.services.length === 1 ? "service" : "services"}${failed ? `, ${failed} failed` : ""}`,
      `${cached} of ${steps.length} steps cached`,
    ];
    const header = make(
      "header",
      {},
      make("h1", {}, `${data.project}: build`),
      make("p", { id: "summary" }, facts.join(" · ")),
    );
    if (data.error) header.append(make("p", { class: "error" }, data.error));
    for (const warning of data.warnings) header.append(make("p", { class: "note" }, `warning: ${warning}`));
    document.body.append(header, tools(), axis(), main());
    filter();
  }

  function tools() {
    const search = make("input", {
      type: "search",
      id: "search",
      placeholder: "Search steps and logs ( / )",
      "aria-label": "Search steps and logs",
    });
    search.addEventListener("input", () => {
      wanted = search.value.trim().toLowerCase();
      filter();
      for (const row of rows) if (row.open) show(row);
    });
    const boxes = kinds.map(([state, label]) => {
      const box = make("input", { type: "checkbox", "data-state": state, checked: "" });
      box.addEventListener("change", filter);
      return make("label", {}, box, make("span", { class: `swatch ${state}`, "aria-hidden": "true" }), label);
    });
    const internal = make("input", { type: "checkbox", "data-state": "internal" });
    internal.addEventListener("change", filter);
    const theme = make("button", { type: "button", id: "theme" }, "Dark or light");
    theme.addEventListener("click", () => {
      const { dataset } = document.documentElement;
      const dark = dataset.theme ? dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
      dataset.theme = dark ? "light" : "dark";
    });
    const count = make("span", { class: "count", id: "count", role: "status" });
    return make(
      "div",
      { class: "tools", role: "search" },
      search,
      ...boxes,
      make("label", {}, internal, "the builder's own"),
      theme,
      count,
    );
  }

  function axis() {
    const scale = make("div", { class: "scale" });
    for (const ms of ticks()) {
      const tick = make("span", {}, ms === 0 ? "0" : duration(ms).replace(".0 s", " s").replace(" 0 s", ""));
      tick.style.left = `${(100 * ms) / total}%`;
      scale.append(tick);
    }
    return make("div", { class: "axis", "aria-hidden": "true" }, make("span"), scale, make("span"));
  }

  function ticks() {
    const steps = [1, 2, 5].flatMap((n) => [1, 10, 100, 1000, 10_000].map((unit) => n * unit));
    const all = [...steps, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 1_800_000, 3_600_000].toSorted(
      (a, b) => a - b,
    );
    const step = all.find((ms) => total / ms <= 6) ?? total / 6;
    const found = [];
    for (let ms = 0; ms <= total * 0.97; ms += step) found.push(ms);
    return found;
  }

  function main() {
    const element = make("main", {}, ...data.services.map(sectionOf));
    element.append(make("p", { class: "empty", id: "empty", hidden: "" }, "No step is what you look for."));
    element.addEventListener("keydown", (event) => {
      const shown = rows.filter((row) => !row.button.hidden && !row.section.hidden);
      const index = shown.findIndex((row) => row.button === document.activeElement);
      const to = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: shown.length - 1 }[event.key];
      if (index < 0 || to === undefined) return;
      event.preventDefault();
      shown[Math.max(0, Math.min(shown.length - 1, to))].button.focus();
    });
    return element;
  }

  function sectionOf(service, number) {
    const { image, engine, attempts, sharedWith, dockerfile, start, end } = service;
    const took = start === undefined ? "not begun" : duration(end - start);
    const notes = [
      took,
      service.state === "done" && image,
      sharedWith && `the same build as ${sharedWith}`,
      dockerfile && dockerfile !== "Dockerfile" && `from ${dockerfile}`,
      attempts > 1 && `${attempts} attempts`,
      engine && data.services.some((other) => other.engine !== engine) && `on ${engine}`,
    ].filter(Boolean);
    const bad = service.state === "done" ? [] : [" ", make("span", { class: "bad" }, service.state)];
    const heading = make(
      "h2",
      { id: `s${number}` },
      service.service,
      ...bad,
      " ",
      make("small", {}, notes.join(" · ")),
    );
    const section = make("section", { "aria-labelledby": `s${number}` }, heading);
    if (service.error) {
      const { message, place, hint } = service.error;
      const text = `${place ? `${place}: ` : ""}${message}${hint ? `\nhint: ${hint}` : ""}`;
      section.append(make("p", { class: "error" }, renderLog(text)));
    }
    for (const warning of service.warnings) section.append(make("p", { class: "note" }, `warning: ${warning}`));
    sections.push({ section, steps: service.steps.length });
    service.steps.forEach((step, index) => section.append(...rowOf(service, step, section, `l${number}-${index}`)));
    return section;
  }

  function rowOf(service, step, section, id) {
    const { state, start, end, name } = step;
    const took = state === "cached" ? "cached" : duration(end - start);
    const isTransfer = step.kind === "pull" || step.kind === "push";
    const bar = make("span", { class: `bar ${state} ${isTransfer && state === "done" ? "transfer" : ""}` });
    bar.style.left = `min(${(100 * start) / total}%, 100% - 9px)`;
    bar.style.width = `${(100 * Math.max(0, end - start)) / total}%`;
    const label = `${name}, ${state === "cached" ? "cached" : `${state}, ${took}, from ${duration(start)}`}`;
    const button = make(
      "button",
      {
        type: "button",
        class: `row ${step.kind} ${state}`,
        "aria-expanded": "false",
        "aria-controls": id,
        "aria-label": label,
        title: label,
      },
      make("span", { class: "name" }, name),
      make("span", { class: "track" }, bar),
      make(
        "span",
        { class: state === "failed" ? "took failed" : "took" },
        state === "failed" ? `failed ${took}` : took,
      ),
    );
    const pre = make("pre", { class: "log", id, hidden: "", tabindex: "0", "aria-label": `Output of ${name}` });
    const row = { button, pre, step, section, open: false, haystack: undefined, service };
    button.addEventListener("click", () => {
      row.open = !row.open;
      show(row);
    });
    rows.push(row);
    return [button, pre];
  }

  function show(row) {
    const { button, pre, step, open } = row;
    button.setAttribute("aria-expanded", String(open));
    pre.hidden = !open || button.hidden;
    if (!open) return;
    const text =
      step.log + (step.error ? `${step.log === "" || step.log.endsWith("\n") ? "" : "\n"}${step.error}\n` : "");
    pre.replaceChildren(text === "" ? "It printed nothing." : renderLog(text));
    markFound(pre, wanted);
  }

  function filter() {
    const boxes = [...document.querySelectorAll(".tools input[type=checkbox]")];
    const states = new Set(boxes.filter((box) => box.checked).map((box) => box.dataset.state));
    let count = 0;
    for (const row of rows) {
      const { step, service, button, pre } = row;
      row.haystack ??= `${service.service}\n${step.name}\n${step.log}\n${step.error ?? ""}`.toLowerCase();
      const isShown =
        states.has(step.state) &&
        (step.kind !== "internal" || step.state === "failed" || states.has("internal")) &&
        (wanted === "" || row.haystack.includes(wanted));
      button.hidden = !isShown;
      pre.hidden = !isShown || !row.open;
      if (isShown) count += 1;
    }
    const isAll = wanted === "" && kinds.every(([state]) => states.has(state));
    for (const { section } of sections) {
      const any = rows.some((row) => row.section === section && !row.button.hidden);
      section.hidden = !any && !isAll;
    }
    document.getElementById("count").textContent = `${count} ${count === 1 ? "step" : "steps"}`;
    document.getElementById("empty").hidden = sections.some(({ section }) => !section.hidden);
  }

  document.addEventListener("keydown", (event) => {
    const search = document.getElementById("search");
    if (event.key !== "/" || document.activeElement === search || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    search.focus();
  });

  build();
})();
