"use strict";
// Names and titles are data: they only ever become text nodes.
const $ = (id) => document.getElementById(id);
const PERIOD = 1500;
const state = { seen: "", pipeline: null, open: null, opener: null, known: null };

function node(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined && text !== null) made.textContent = text;
  return made;
}

function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

const number = (value) => Number(value).toLocaleString("ru-RU");
const MONTHS = ["янв", "фев", "мар", "апр", "мая", "июн", "июл", "авг", "сен", "окт", "ноя", "дек"];

// The clinic's own clock: the text of the server is shown as it is, without the viewer's zone.
function when(iso, dateOnly) {
  const found = /^(\d{4})-(\d\d)-(\d\d)T(\d\d:\d\d)/.exec(iso || "");
  if (!found) return iso || "";
  const day = `${Number(found[3])} ${MONTHS[Number(found[2]) - 1]}`;
  return dateOnly ? `${day} ${found[1]}` : `${day}, ${found[4]}`;
}

function shown(field) {
  const { type, value } = field;
  if (value === null || value === undefined || value === "") return "";
  if (type === "boolean") return value === "Y" ? "да" : "нет";
  if (type === "date" || type === "datetime") return when(value, type === "date");
  if (type === "money") {
    const [sum, currency] = String(value).split("|");
    return `${number(sum)} ${currency === "RUB" ? "₽" : currency}`;
  }
  return Array.isArray(value) ? value.join(", ") : String(value);
}

// One child for each key, in order; children that stay are kept, so focus and scrolling stay too.
function sync(parent, items, keyOf, make, fill) {
  const have = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  let place = parent.firstElementChild;
  for (const item of items) {
    const key = String(keyOf(item));
    let child = have.get(key);
    if (!child) {
      child = make(item);
      child.dataset.key = key;
    }
    have.delete(key);
    fill(child, item);
    if (child === place) place = place.nextElementSibling;
    else parent.insertBefore(child, place);
  }
  for (const gone of have.values()) gone.remove();
}

// Several accounts live side by side: each is a page of its own.
function drawAccounts(accounts, chosen) {
  const line = $("accounts");
  line.hidden = accounts.length < 2;
  sync(line, accounts, (account) => account.name, () => node("a"), (link, account) => {
    put(link, account.title);
    link.href = `?account=${encodeURIComponent(account.name)}`;
    if (account.name === chosen) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  });
}

function drawTabs(pipelines) {
  sync($("tabs"), pipelines, (p) => p.id, () => {
    const tab = node("button", "tab");
    tab.type = "button";
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-controls", "board");
    tab.append(node("span"), node("b"));
    return tab;
  }, (tab, pipeline) => {
    const chosen = pipeline.id === state.pipeline;
    tab.setAttribute("aria-selected", String(chosen));
    tab.tabIndex = chosen ? 0 : -1;
    put(tab.children[0], pipeline.name);
    tab.children[0].dataset.text = pipeline.name;
    put(tab.children[1], number(pipeline.count));
  });
}

function drawBoard(pipeline, cards) {
  const board = $("board");
  board.setAttribute("aria-label", `Воронка «${pipeline.name}»`);
  const before = state.known;
  const fresh = (card, code) => before && before.pipeline === pipeline.id && before.where.get(card.id) !== code;
  const where = new Map();
  sync(board, pipeline.stages, (stage) => stage.code, makeStage, (column, stage) => {
    column.style.setProperty("--tone", /^#[0-9a-f]{3,8}$/i.test(stage.color) ? stage.color : "#8a9099");
    const list = cards[stage.code] || [];
    put(column.querySelector("h3"), stage.name);
    put(column.querySelector(".count"), number(stage.count));
    const sends = column.querySelector(".sends");
    put(sends, stage.message || "");
    sends.hidden = !stage.message;
    for (const card of list) where.set(card.id, stage.code);
    sync(column.querySelector(".cards"), [...list, { foot: stage.count - list.length, empty: !list.length }],
      (card) => ("foot" in card ? "foot" : card.id), makeCard,
      (element, card) => ("foot" in card ? fillFoot(element, card) : fillCard(element, card, fresh(card, stage.code))));
  });
  state.known = { pipeline: pipeline.id, where };
}

function makeStage(stage) {
  const column = node("section", "stage");
  const top = node("div", "stage-top");
  const line = node("div", "stage-line");
  line.append(node("h3"), node("span", "count"));
  top.append(line, node("p", "sends"));
  column.append(top, node("div", "cards"));
  column.setAttribute("aria-label", stage.name);
  return column;
}

function makeCard(card) {
  if ("foot" in card) return node("p", "more");
  const element = node("button", "card");
  element.type = "button";
  element.append(node("span", "when"), node("span", "title"), node("span", "who"), node("span", "doctor"));
  element.addEventListener("click", () => open(element.dataset.contact ? "contact" : "deal", Number(element.dataset.contact || element.dataset.key), element));
  return element;
}

// A title usually repeats the name, the time and the doctor: what it says besides is worth a line.
function headline(card) {
  const title = card.title || `Сделка ${card.id}`;
  if (!card.name || !title.includes(card.name)) return [title, card.name];
  const rest = title.replace(card.name, "").replace(card.doctor || "", "").replace(/\d\d\.\d\d(\.\d{4})?( \d\d:\d\d)?/, "");
  return [card.name, /[\p{L}\d]/u.test(rest) ? title : ""];
}

function fillCard(element, card, fresh) {
  const [time, title, who, doctor] = element.children;
  const [first, second] = headline(card);
  put(time, card.visit ? when(card.visit) : "");
  put(title, first);
  put(who, second);
  put(doctor, card.doctor || "");
  for (const part of element.children) part.hidden = !part.textContent;
  element.dataset.contact = card.contact || "";
  element.classList.toggle("chosen", !!state.open && state.open.deal === card.id);
  if (fresh) {
    element.classList.remove("fresh");
    void element.offsetWidth;
    element.classList.add("fresh");
  }
}

function fillFoot(element, foot) {
  put(element, foot.empty ? "Сделок нет" : foot.foot > 0 ? `и ещё ${number(foot.foot)}` : "");
  element.hidden = !element.textContent;
}

function facts(fields) {
  const list = node("dl", "facts");
  for (const field of fields) {
    const text = shown(field);
    list.append(node("dt", "", field.label), node("dd", text ? "" : "void", text || "—"));
  }
  return list;
}

function drawPanel(data) {
  put($("panel-name"), data.name || "Без имени");
  const parts = [];
  if (data.phones) {
    const phones = data.phones.length ? data.phones : [""];
    const contact = phones.map((value, i) => ({ label: i ? "" : data.phones.length > 1 ? "Телефоны" : "Телефон", value }));
    const mails = data.emails.map((value) => ({ label: "Почта", value }));
    parts.push(facts([...contact, ...mails, ...data.fields]));
  }
  parts.push(node("h3", "section", data.deals.length ? `Сделки — ${data.deals.length}` : "Сделок нет"));
  for (const deal of data.deals) {
    const box = node("div", "deal");
    box.style.setProperty("--tone", /^#[0-9a-f]{3,8}$/i.test(deal.color) ? deal.color : "#8a9099");
    box.append(node("p", "", deal.title), node("p", "where", `${deal.pipeline} · ${deal.stage}`));
    const filled = deal.fields.filter((field) => shown(field));
    if (filled.length) box.append(facts(filled));
    for (const task of deal.tasks || []) {
      box.append(node("p", task.done ? "task done" : "task", `${when(task.due)} · ${task.type}: ${task.text}`));
    }
    parts.push(box);
  }
  if (data.messages.length) parts.push(node("h3", "section", "Что отправил робот"));
  for (const message of data.messages) {
    const row = node("div", "sent");
    row.append(node("time", "", when(message.at)), node("span", "", message.text));
    parts.push(row);
  }
  $("panel-body").replaceChildren(...parts);
}

const account = new URLSearchParams(location.search).get("account");

async function load(path) {
  const where = account ? `${path}${path.includes("?") ? "&" : "?"}account=${encodeURIComponent(account)}` : path;
  const answer = await fetch(where, { cache: "no-store" });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

async function open(kind, id, opener) {
  state.open = { kind, id, deal: opener ? Number(opener.dataset.key) : null, text: "" };
  state.opener = opener;
  document.querySelectorAll(".card.chosen").forEach((card) => card.classList.remove("chosen"));
  if (opener) opener.classList.add("chosen");
  await refreshPanel();
  if (!state.open) return;
  $("panel").hidden = false;
  cover();
  remember();
  $("panel-name").focus({ preventScroll: true });
}

async function refreshPanel() {
  const asked = state.open;
  const data = await load(`/board/${asked.kind}/${asked.id}`).catch(() => null);
  if (state.open !== asked) return;
  if (!data) return close();
  const text = JSON.stringify(data);
  if (text !== asked.text) drawPanel(data);
  asked.text = text;
}

// On a phone the panel covers everything: nothing behind it is to be reached.
const narrow = matchMedia("(max-width: 720px)");
function cover() {
  for (const part of document.querySelectorAll(".top, .tabs, .board")) part.inert = narrow.matches && !!state.open;
}
narrow.addEventListener("change", cover);

function close() {
  if (!state.open) return;
  state.open = null;
  $("panel").hidden = true;
  cover();
  remember();
  document.querySelectorAll(".card.chosen").forEach((card) => card.classList.remove("chosen"));
  if (state.opener && state.opener.isConnected) state.opener.focus();
  state.opener = null;
}

// The address keeps what is open, for a reload or a colleague: #1 or #1/contact/12.
function remember() {
  const open = state.open ? `/${state.open.kind}/${state.open.id}` : "";
  history.replaceState(null, "", `#${state.pipeline}${open}`);
}

function choose(id) {
  state.pipeline = id;
  state.seen = "";
  remember();
  $("board").scrollLeft = 0;
  return refresh();
}

let busy = Promise.resolve();
function refresh() {
  busy = busy.then(step, step);
  return busy;
}

async function step() {
  const chosen = state.pipeline === null ? "" : `&pipeline=${state.pipeline}`;
  try {
    const data = await load(`/board/data?seen=${encodeURIComponent(state.seen)}${chosen}`);
    for (const [name, value] of Object.entries(data.counters)) put($(`n-${name}`), number(value));
    $("pulse").classList.remove("off");
    put($("live"), "Учебная CRM");
    if (data.pipelines) {
      state.seen = data.version;
      state.pipeline = data.pipeline;
      put($("portal"), data.portal);
      document.title = data.portal;
      drawAccounts(data.accounts || [], data.account);
      drawTabs(data.pipelines);
      const pipeline = data.pipelines.find((item) => item.id === data.pipeline);
      if (pipeline) drawBoard(pipeline, data.cards);
      if (state.open) await refreshPanel();
    }
  } catch {
    $("pulse").classList.add("off");
    put($("live"), "Нет связи с сервером");
  }
}

$("tabs").addEventListener("click", (event) => {
  const tab = event.target.closest(".tab");
  if (tab) choose(Number(tab.dataset.key));
});
$("tabs").addEventListener("keydown", async (event) => {
  const tabs = [...$("tabs").children];
  const at = tabs.indexOf(document.activeElement);
  const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
  if (to === undefined || at < 0) return;
  event.preventDefault();
  const next = tabs[(to + tabs.length) % tabs.length];
  next.focus();
  await choose(Number(next.dataset.key));
});
$("close").addEventListener("click", close);
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") close();
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) refresh();
});

const wanted = /^#(\d+)(?:\/(contact|deal)\/(\d+))?$/.exec(location.hash);
if (wanted) state.pipeline = Number(wanted[1]);
refresh().then(() => wanted && wanted[2] && open(wanted[2], Number(wanted[3]), null));
setInterval(() => {
  if (!document.hidden) refresh();
}, PERIOD);
