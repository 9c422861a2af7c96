"use strict";
(() => {
  const PAGE = 100;
  const BEFORE = 1, AFTER = 1; // seconds of the clip round what was heard
  const get = (id) => document.getElementById(id);
  const parse = (id) => JSON.parse(get(id).textContent);
  const texts = parse("texts");
  const index = parse("index");

  // every text from the data becomes a text node; no markup is ever made of it
  function el(tag, props = {}, ...children) {
    const node = document.createElement(tag);
    for (const [key, value] of Object.entries(props)) {
      if (key === "on") for (const [event, act] of Object.entries(value)) node.addEventListener(event, act);
      else if (value !== false && value != null) node.setAttribute(key, value === true ? "" : value);
    }
    node.append(...children.flat(Infinity).filter((child) => child != null));
    return node;
  }
  const SVG = "http://www.w3.org/2000/svg";
  function svg(tag, props, ...children) {
    const node = document.createElementNS(SVG, tag);
    for (const [key, value] of Object.entries(props)) node.setAttribute(key, value);
    node.append(...children);
    return node;
  }
  const t = (zh, en) => [el("span", { class: "zh" }, zh), el("span", { class: "en", lang: "en" }, en)];
  const label = (group, key) => (texts[group][key] ? t(...texts[group][key]) : [String(key)]);
  const points = (value) => (value == null ? "–" : value.toFixed(1));
  const clock = (seconds) => {
    const whole = Math.floor(seconds), pad = (n) => String(n).padStart(2, "0");
    const rest = `${pad(Math.floor(whole / 60) % 60)}:${pad(whole % 60)}`;
    return whole < 3600 ? rest : `${Math.floor(whole / 3600)}:${rest}`;
  };
  function scale(low, total, high) {
    const drawn = svg("svg", { class: "scale", viewBox: "0 0 100 12", preserveAspectRatio: "none", "aria-hidden": "true" });
    drawn.append(svg("rect", { class: "track", x: 0, y: 5, width: 100, height: 2 }));
    drawn.append(svg("rect", { class: "range", x: low, y: 3, width: Math.max(high - low, 0.8), height: 6 }));
    drawn.append(svg("rect", { class: "point", x: Math.min(Math.max(total - 0.75, 0), 98.5), y: 0, width: 1.5, height: 12 }));
    return drawn;
  }

  // ── the list ──────────────────────────────────────────────────────────────
  function item(n) {
    const row = index[n];
    const panel = el("div", { class: "panel", id: `p${n}`, hidden: true });
    const parts = row.path.split(/[\\/]/), name = parts.pop();
    const head = el("button", { type: "button", class: "head", "aria-expanded": "false", "aria-controls": `p${n}` },
      row.total == null
        ? el("span", { class: "total none" }, t("未评分", "no score"))
        : el("span", { class: "total" }, points(row.total)),
      el("span", { class: "within" }, row.total == null ? [] : [
        scale(row.low, row.total, row.high), `${points(row.low)}–${points(row.high)} `,
        el("span", { class: `band ${row.tone}` }, row.band ?? "")]),
      el("span", { class: "what" }, el("b", { title: row.path }, el("bdi", {}, name), parts.length ? el("bdi", { class: "folder" }, parts.join("/")) : null),
        el("small", {}, label("kinds", row.kind), ` · ${clock(row.start)}–${clock(row.end)}`,
          row.staff == null ? null : [" · ", el("bdi", {}, row.staff)], row.at == null ? null : ` · ${row.at.replace("T", " ")}`)),
      el("span", { class: "flags" },
        row.red ? el("span", { class: "tag red" }, t("红线", "Red line")) : null,
        row.review ? el("span", { class: "tag review" }, t("待复核", "To review")) : null,
        row.reasons.length ? el("em", { title: row.reasons.join("\n") }, row.reasons[0]) : null),
      el("span", { class: "arrow", "aria-hidden": "true" }, "▶"));
    head.addEventListener("click", () => toggle(n, head, panel));
    return el("li", { class: `item ${row.red ? "red" : row.review ? "review" : ""}`, id: `i${n}` }, el("h3", {}, head), panel);
  }
  const open = new Map();
  function toggle(n, head, panel) {
    const opening = panel.hidden;
    head.setAttribute("aria-expanded", String(opening));
    panel.hidden = !opening;
    if (opening) {
      const view = detail(n);
      open.set(n, view);
      panel.replaceChildren(...view.nodes);
    } else {
      open.get(n)?.close();
      open.delete(n);
      panel.replaceChildren();
    }
  }

  let found = [], drawn = 0;
  function filter() {
    const form = new FormData(get("filters"));
    const flag = form.get("flag"), staff = form.get("staff");
    found = index.map((_, n) => n).filter((n) =>
      (flag === "all" || index[n][flag]) && (staff === "" || `=${index[n].staff ?? ""}` === staff));
    for (const view of open.values()) view.close();
    open.clear();
    get("list").replaceChildren();
    drawn = 0;
    more();
  }
  function more() {
    const next = found.slice(drawn, drawn + PAGE);
    get("list").append(...next.map(item));
    drawn += next.length;
    get("more").hidden = drawn >= found.length;
    get("shown").replaceChildren(...(found.length
      ? t(`显示 ${drawn} / ${found.length}`, `${drawn} of ${found.length} shown`)
      : t("没有符合条件的互动", "No interaction matches")));
  }

  // ── one interaction ───────────────────────────────────────────────────────
  function player(n) {
    const row = index[n];
    const why = {
      transcript: t("没有音频（输入为文字稿）", "No audio: the input was a transcript"),
      none: t("没有音频（未保留）", "No audio was kept"),
      kept_out: t("没有音频（为控制文件大小未嵌入）", "No audio: left out to keep the file small"),
    }[row.sound];
    const stored = get(`a${n}`);
    if (!why && !stored) return { node: el("p", { class: "nosound" }, t("音频仍在载入，请稍后再打开", "The sound is still loading; open this again in a moment")), play: null, close() {} };
    if (why) return { node: el("p", { class: "nosound" }, why), play: null, close() {} };
    const raw = atob(stored.textContent.trim());
    const url = URL.createObjectURL(new Blob([Uint8Array.from(raw, (c) => c.charCodeAt(0))], { type: "audio/mpeg" }));
    const audio = el("audio", { controls: true, preload: "metadata", src: url });
    const told = el("p", { role: "status" }, t("点击发现或对话，即从该处播放", "Choose a finding or a turn to hear it"));
    let stop = Infinity, watch = () => {};
    audio.addEventListener("timeupdate", () => {
      if (audio.currentTime >= stop) { audio.pause(); stop = Infinity; }
      watch(audio.paused ? null : audio.currentTime + row.start);
    });
    audio.addEventListener("pause", () => watch(null));
    return {
      node: el("div", { class: "player" }, audio, told),
      onTime(act) { watch = act; },
      play(start, end, what) {
        const from = Math.max(0, start - BEFORE - row.start);
        const go = () => {
          for (const other of document.querySelectorAll("audio")) if (other !== audio) other.pause();
          audio.currentTime = from;
          stop = end + AFTER - row.start;
          audio.play().catch(() => {}); // the browser may forbid it; the controls remain
        };
        told.replaceChildren(...what, ` ${clock(row.start + from)}–${clock(end + AFTER)}`);
        if (audio.readyState >= 1) go();
        else { audio.addEventListener("loadedmetadata", go, { once: true }); audio.load(); }
      },
      close() { audio.pause(); audio.removeAttribute("src"); audio.load(); URL.revokeObjectURL(url); },
    };
  }

  const RANK = { breached: 0, unsure: 2, absent: 3, met: 4 };
  const WORSE = { red_line: 0, major: 0.3, minor: 0.6 };
  function rank(finding) {
    if (finding.status === "rejected") return 9;
    if (finding.polarity === "cue") return 5;
    return (RANK[finding.verdict] ?? 6) + (WORSE[finding.severity] ?? 0);
  }

  function detail(n) {
    const data = parse(`d${n}`), sound = player(n);
    const order = data.findings.map((_, i) => i).sort((a, b) =>
      rank(data.findings[a]) - rank(data.findings[b]) || (data.findings[a].start ?? 1e9) - (data.findings[b].start ?? 1e9));
    const number = new Map(order.map((i, place) => [i, place + 1]));
    const byId = new Map(data.findings.map((finding, i) => [finding.id, i]));
    const cards = new Map(order.map((i) => [i, findingCard(data.findings[i], number.get(i), (e) => hear(i, e))]));
    const turns = data.turns.map((turn) => turnLine(turn, data, sound.play, hear));
    function hear(i, event) {
      event?.stopPropagation();
      const finding = data.findings[i];
      for (const card of cards.values()) card.classList.remove("playing");
      cards.get(i).classList.add("playing");
      if (sound.play && finding.start != null) sound.play(finding.start, finding.end, t(`发现 #${number.get(i)}`, `Finding #${number.get(i)}`));
      const at = data.turns.findIndex((turn) => turn.index === finding.turn);
      if (at >= 0) reveal(turns[at]);
    }
    function show(i) {
      const card = cards.get(i);
      card.closest("details")?.setAttribute("open", "");
      reveal(card);
      (card.querySelector("button") ?? card).focus();
    }
    sound.onTime?.((now) => turns.forEach((node, i) =>
      node.classList.toggle("playing", now != null && data.turns[i].start <= now && now < data.turns[i].end)));
    const kept = order.filter((i) => data.findings[i].status !== "rejected");
    const out = order.filter((i) => data.findings[i].status === "rejected");
    const nodes = [
      data.score.reasons.length ? el("ul", { class: `wide reasons ${data.score.red_line ? "red" : ""}` }, data.score.reasons.map((reason) => el("li", {}, reason))) : null,
      el("section", { class: "talk" }, el("h3", {}, t("对话", "Conversation")), sound.node,
        turns.length ? el("ol", {}, turns) : el("p", { class: "empty" }, t("没有听到说话。", "Nothing was heard."))),
      el("section", {},
        el("h3", {}, t("各项得分", "Dimensions")), dimensions(data.score.dimensions),
        data.score.account.length ? account(data.score, byId, number, show) : null,
        el("h3", {}, t(`发现（${kept.length}）`, `Findings (${kept.length})`)),
        kept.length ? el("ul", {}, kept.map((i) => cards.get(i))) : el("p", { class: "empty" }, t("没有发现。", "None.")),
        out.length ? fold(t(`已排除（${out.length}）`, `Rejected (${out.length})`), el("ul", {}, out.map((i) => cards.get(i)))) : null),
    ].filter(Boolean);
    return { nodes, close: sound.close };
  }
  const fold = (title, ...content) => el("details", { class: "fold" }, el("summary", {}, title), content);
  function reveal(node) {
    node.scrollIntoView({ block: "nearest" });
    node.classList.remove("flash");
    void node.offsetWidth; // start the animation anew
    node.classList.add("flash");
  }

  function dimensions(all) {
    return el("div", { class: "dims" }, Object.entries(all).map(([name, dimension]) => [
      el("span", { class: dimension.applicable ? "" : "off" }, dimension.title || name, el("small", { class: "off" }, ` ${Math.round(dimension.weight * 100)}%`)),
      dimension.applicable
        ? el("progress", { max: 100, value: dimension.score, "aria-label": dimension.title || name })
        : el("span", { class: "none" }, t("不适用", "not applicable")),
      el("span", { class: "num" }, points(dimension.score))]));
  }

  function account(score, byId, number, show) {
    const refs = (line) => line.findings.filter((id) => byId.has(id)).map((id) =>
      el("button", { type: "button", class: "ref", on: { click: () => show(byId.get(id)) } },
        el("span", { class: "hidden" }, t("发现", "Finding")), `#${number.get(byId.get(id))}`));
    const row = (line) => el("tr", { class: line.applicable ? "" : "off" },
      el("th", { scope: "row" }, line.title, line.note ? el("span", { class: "note" }, ` ${line.note}`) : null),
      el("td", { class: `num ${line.earned < 0 ? "minus" : ""}` }, line.applicable ? line.earned.toFixed(1) : "–"),
      el("td", { class: "num" }, line.possible ? line.possible.toFixed(1) : ""), el("td", {}, refs(line)));
    const table = (lines, foot) => el("table", { class: "account" },
      el("thead", {}, el("tr", {}, el("th", { scope: "col" }, t("项目", "Item")), el("th", { scope: "col", class: "num" }, t("得分", "Earned")),
        el("th", { scope: "col", class: "num" }, t("满分", "Of")), el("th", { scope: "col" }, t("依据", "Rests on")))),
      el("tbody", {}, lines.map(row)),
      foot ? el("tfoot", {}, el("tr", {}, el("th", { scope: "row" }, t("合计", "Total")), el("td", { class: "num" }, points(score.total)), el("td"), el("td"))) : null);
    const used = score.account.filter((line) => line.applicable || line.findings.length);
    const rest = score.account.filter((line) => !line.applicable && !line.findings.length);
    return el("div", {}, el("h3", {}, t("分数明细", "Account of points")), table(used, true),
      rest.length ? fold(t(`不适用的项目（${rest.length}）`, `Items that did not apply (${rest.length})`), table(rest, false)) : null);
  }

  function findingCard(finding, number, hear) {
    const verdict = finding.verdict ?? (finding.match === "absence" ? "absent" : finding.polarity === "breach" ? "breached" : "met");
    const can = finding.start != null;
    const title = [`#${number} `, finding.title || finding.code];
    return el("li", { class: `finding ${verdict} ${can ? "can" : ""}`, tabindex: can ? null : "-1", on: can ? { click: hear } : {} },
      el("div", { class: "line" },
        can ? el("button", { type: "button", class: "go", on: { click: hear } }, title) : el("b", {}, title),
        finding.severity ? el("span", { class: `tag ${finding.severity}` }, label("severities", finding.severity)) : null,
        el("span", { class: `tag ${verdict}` }, label("verdicts", verdict)),
        el("span", { class: `tag ${finding.status}` }, label("statuses", finding.status)),
        can ? el("span", { class: "when" }, `${clock(finding.start)}–${clock(finding.end)}`) : null),
      finding.heard ? el("p", {}, t("听到", "Heard "), el("q", {}, finding.heard), finding.phrase && finding.phrase !== finding.heard ? [" ", t("规则用语", "for "), el("q", {}, finding.phrase)] : null) : null,
      finding.why ? el("p", {}, finding.why) : null,
      el("p", { class: "more-of" }, label("roles", finding.role), " · ", t("概率", "probability"), ` ${Math.round(finding.probability * 100)}% · `,
        label("matches", finding.match), " · ", el("code", {}, finding.rule)));
  }

  const STAFF = new Set(["teller", "lobby_manager", "account_manager", "supervisor", "guard"]);
  function turnLine(turn, data, play, hear) {
    const hits = data.hits.filter((hit) => hit.turn === turn.index);
    const tone = turn.courtesy;
    const who = [el("b", {}, label("roles", turn.role)), " ", clock(turn.start)];
    const listen = (event) => { event.stopPropagation(); play(turn.start, turn.end, label("roles", turn.role)); };
    return el("li", { class: `turn ${STAFF.has(turn.role) ? "" : "theirs"} ${tone ? `c${tone.level}` : ""} ${play ? "can" : ""}`, on: play ? { click: listen } : {} },
      play ? el("button", { type: "button", on: { click: listen } }, who) : el("span", { class: "stamp" }, who),
      el("p", {}, marked(Array.from(turn.text), hits, data.findings, hear),
        tone ? el("span", { class: `tone c${tone.level}`, title: tone.reasons.join("\n") }, label("courtesy", tone.level), ` ${Math.round(tone.probabilities[tone.level] * 100)}%`) : null,
        turn.confidence < 0.5 ? el("span", { class: "tone" }, t("听辨把握低", "heard with little certainty")) : null));
  }
  function marked(chars, hits, findings, hear) {
    const cuts = [...new Set([0, chars.length, ...hits.flatMap((hit) => [hit.start, hit.end])])].sort((a, b) => a - b);
    return cuts.slice(0, -1).map((from, i) => {
      const text = chars.slice(from, cuts[i + 1]).join("");
      const here = hits.filter((hit) => hit.start <= from && from < hit.end).map((hit) => hit.finding).sort((a, b) => rank(findings[a]) - rank(findings[b]));
      if (!here.length) return text;
      const first = findings[here[0]];
      const look = first.severity ? "breach" : first.polarity === "cue" ? "cue" : "";
      return el("mark", { class: `${look} ${first.status}`, title: here.map((one) => findings[one].title || findings[one].code).join("\n"), on: { click: (e) => hear(here[0], e) } }, text);
    });
  }

  // ── language, filters ─────────────────────────────────────────────────────
  const TITLES = { zh: "服务评分报告", en: "Service score report" };
  function speak(lang) {
    document.documentElement.dataset.lang = lang;
    document.documentElement.lang = lang === "zh" ? "zh-CN" : "en";
    document.title = TITLES[lang];
    for (const button of document.querySelectorAll("[data-set-lang]")) button.setAttribute("aria-pressed", String(button.dataset.setLang === lang));
    for (const node of document.querySelectorAll("[data-en]")) node.textContent = node.dataset[lang];
  }
  for (const button of document.querySelectorAll("[data-set-lang]")) button.addEventListener("click", () => speak(button.dataset.setLang));
  for (const button of document.querySelectorAll("[data-staff]")) button.addEventListener("click", () => {
    get("staff").value = `=${button.dataset.staff}`;
    filter();
    get("interactions").focus({ preventScroll: true });
    get("interactions").scrollIntoView();
  });
  get("filters").addEventListener("change", filter);
  get("filters").addEventListener("submit", (event) => event.preventDefault());
  get("more").addEventListener("click", more);
  filter();
})();
