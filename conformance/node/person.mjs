// A person at a browser: real Chromium, which opens pages and answers them as it is told, one JSON line for each.
//
// In: `url`; `browser`, which tells one person's cookies from another's; `username` and `passwords`, of which each try
// takes the next, and the last page says what came of them; `code`; `answers`, the buttons that are pressed on pages that
// offer several, in this order ("kept": whenever recovery codes are shown); `otps`, what is typed where six digits are asked for: "right" is what the authenticator app
// of that account shows (the person set it up in a page before), anything else is typed as it stands, and "recovery" is the
// next of the recovery codes that they kept; `look`: `locale`, `dark`, `narrow`, `scripts` (false: none), `cookies` (false: none);
// `thirdParty` (whether within other sites' pages; Debian's Chromium keeps none by itself); `shots`, how the names of pictures begin. Out: `pages` as they were
// seen, and `url`, where it ended. `press` is a button of a page that is an application itself (browser/), which stays open
// under its `url`; then out come `said` as well, and `asked`, what it asked the server for behind the person's back. `close`
// names a browser that is not needed any more. `sheet` is a file to be made of `cells`, each a `caption` and the pictures
// `wide` and `narrow`.

import { createHmac } from "node:crypto";
import { createInterface } from "node:readline";
import { mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const FLAGS = [
  "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
  "--disable-sync", "--host-resolver-rules=MAP *.example 127.0.0.1",
];
const MOST_PAGES = 40;

const browsers = new Map();

// One person's browser, with a profile of its own. It trusts what the home directory's store trusts.
async function browserOf(name, look = {}) {
  if (!browsers.has(name)) {
    const profile = await mkdtemp(join(tmpdir(), "doorward-person-"));
    if (look.cookies === false || "thirdParty" in look) {
      const none = { default_content_setting_values: { cookies: 2 } };
      const own = { block_third_party_cookies: !look.thirdParty, cookie_controls_mode: look.thirdParty ? 0 : 1 };
      const preferences = { profile: look.cookies === false ? none : own };
      await mkdir(join(profile, "Default"));
      await writeFile(join(profile, "Default", "Preferences"), JSON.stringify(preferences));
    }
    browsers.set(name, await chromium.launchPersistentContext(profile, {
      executablePath: process.env.CHROMIUM,
      headless: true,
      args: FLAGS,
      locale: look.locale ?? "en-US",
      colorScheme: look.dark ? "dark" : "light",
      viewport: look.narrow ? { width: 390, height: 844 } : { width: 1280, height: 900 },
      javaScriptEnabled: look.scripts !== false,
    }));
  }
  return browsers.get(name);
}

// Authenticator apps by account: the secret, the last step that was typed, and the recovery codes that are left.
const apps = new Map();
const STEP = 30_000;

// What the app shows (RFC 6238), no step twice: it waits until the next one counts, which may be one ahead of the clock.
async function shown(app) {
  const now = () => Math.floor(Date.now() / STEP);
  const step = Math.max(now(), app.step + 1);
  while (step > now() + 1) await new Promise((resolve) => setTimeout(resolve, 500));
  app.step = step;
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac("sha1", app.secret).update(counter).digest();
  const number = mac.readUInt32BE(mac[19] & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, "0");
}

// RFC 4648, section 6.
function base32(text) {
  const bits = [...text.replace(/[^A-Z2-7]/g, "")]
    .map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0")).join("");
  return Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
}

// What is to be pressed on this page, after what it asks for was typed; nothing when there is nothing more to do.
async function answer(page, wish) {
  const there = async (selector) => (await page.locator(selector).count()) > 0;
  if (await there("input#user_code")) {
    if (!wish.code) return null;
    await page.fill("input#user_code", wish.code);
    wish.code = null;
    return page.locator("button[type=submit]").first();
  }
  if (await there("input#password")) {
    if (wish.answers?.[0] === "cancel") return button(page, wish.answers.shift());
    if (!wish.passwords?.length) return null;
    await page.fill("input#username", wish.username);
    await page.fill("input#password", wish.passwords.shift());
    return page.locator("button[type=submit]").first();
  }
  if (await there("code.key")) {
    const secret = base32(await page.innerText("code.key"));
    apps.set(wish.username, { secret, step: 0, recovery: [] });
  }
  if (await there("ul.codes")) {
    apps.get(wish.username).recovery = await page.locator("ul.codes code").allInnerTexts();
    if (wish.answers?.includes("kept")) {
      wish.answers = wish.answers.filter((answer) => answer !== "kept");
      return page.locator("main form button");
    }
  }
  if ((await there("input#otp")) && wish.otps?.length) {
    const otp = wish.otps.shift();
    const app = apps.get(wish.username);
    if (otp === "recovery") {
      await page.locator("summary").click();
      await page.fill("input#recovery", app.recovery[0]);
      return page.locator("form:has(input#recovery) button");
    }
    await page.fill("input#otp", otp === "right" ? await shown(app) : otp);
    if (wish.answers?.length && (await there(`form:has(input#otp) button[value="${wish.answers[0]}"]`))) return button(page, wish.answers.shift());
    return page.locator("form:has(input#otp) button").first();
  }
  if (await there("form[name=hiddenform]")) {
    return page.locator("button[type=submit]");
  }
  // Recovery codes are shown by the way: whoever has something else to answer goes on.
  if ((await there("input[name=step][value=enrolled]")) && wish.answers?.length) return page.locator("main form button");
  if ((await there("main form button")) && wish.answers?.length) return button(page, wish.answers.shift());
  return null;
}

// "agree_for_all" ticks the box that stands above "agree"; "refuse" is the "cancel" of a page after the first.
async function button(page, value) {
  if (value !== "agree_for_all") return page.locator(`button[value="${value === "refuse" ? "cancel" : value}"]`);
  await page.locator("input[name=for_all]").check();
  return page.locator('button[value="agree"]');
}

async function see(page, wish, pages) {
  // Pages name their language, but for those that lead on by themselves.
  const text = (await page.innerText("body")).trim();
  pages.push({ title: await page.title(), lang: await page.getAttribute("html", "lang"), text });
  if (wish.shots) await page.screenshot({ path: `${wish.shots}${pages.length}.png` });
}

// Waits until the page is there to which a press leads. One that posts itself on is gone at once.
async function press(page, target, look) {
  await Promise.all([page.waitForEvent("domcontentloaded"), target.click()]);
  await settle(page, look);
}

async function settle(page, look = {}) {
  await page.waitForLoadState("load");
  if (look.scripts === false) return;
  const leads = "document.forms.hiddenform && document.scripts.length > 0";
  const scripted = await page.evaluate(leads).catch(() => false);
  if (scripted) await page.waitForURL((url) => url.protocol === "http:", { waitUntil: "load" });
}

async function open(wish) {
  const context = await browserOf(wish.browser, wish.look);
  const page = await context.newPage();
  const pages = [];
  try {
    const wrongs = [];
    page.on("console", (message) => message.type() === "error" && wrongs.push(message.text()));
    await page.goto(wish.url);
    await settle(page, wish.look);
    while (pages.length < MOST_PAGES) {
      await see(page, wish, pages);
      const target = await answer(page, wish);
      if (!target) break;
      await press(page, target, wish.look);
    }
    return { pages, url: page.url(), wrongs };
  } catch (error) {
    return { pages, url: page.url(), error: String(error) };
  } finally {
    await page.close();
  }
}

// Applications that are pages, by browser and address.
const tabs = new Map();
const USE = 40_000;

const forget = (browser) => [...tabs.keys()].filter((key) => key.startsWith(`${browser} `)).forEach((key) => tabs.delete(key));

// Presses a button of an application and does what a person does at the server's pages, in the same window or another,
// until the application says what came of it or there is nothing more that could be answered.
async function use(wish) {
  const context = await browserOf(wish.browser, wish.look);
  const key = `${wish.browser} ${wish.url}`;
  if (!tabs.has(key)) tabs.set(key, await context.newPage());
  const page = tabs.get(key);
  const [pages, asked, wrongs] = [[], [], []];
  let popup;
  const listen = {
    popup: (opened) => (popup = opened),
    request: (request) => {
      const { origin, pathname } = new URL(request.url());
      const framed = request.isNavigationRequest() && request.frame().parentFrame();
      const fetched = request.resourceType() === "fetch";
      if (origin !== new URL(wish.url).origin && (framed || fetched)) asked.push(`${request.method()} ${pathname}${framed ? " in a frame" : ""}`);
    },
    console: (message) => message.type() === "error" && wrongs.push(message.text()),
  };
  for (const [event, on] of Object.entries(listen)) page.on(event, on);
  const end = Date.now() + USE;
  let url;
  try {
    if (!page.url().startsWith(wish.url)) await page.goto(wish.url);
    await page.locator("html[data-ready]").waitFor({ state: "attached" });
    await page.evaluate(() => (document.getElementById("said").textContent = ""));
    await page.locator(`#${wish.press}`).click();
    for (;;) {
      if (Date.now() > end) throw new Error("the application says nothing");
      const at = popup && !popup.isClosed() ? popup : page;
      url = at.url();
      try {
        if (!url.startsWith("https:") || url.startsWith(new URL(wish.url).origin)) {
          const said = await page.evaluate(() => document.getElementById("said")?.textContent);
          if (said) return { pages, url, wrongs, asked, said: JSON.parse(said) };
          await new Promise((resolve) => setTimeout(resolve, 50));
          continue;
        }
        await settle(at);
        await see(at, wish, pages);
        const target = await answer(at, wish);
        if (!target) return { pages, url, wrongs, asked };
        await press(at, target);
      } catch (error) {
        // A window that closes, or a page that leads on by itself, takes the ground from under whoever looks at it.
        if (!/closed|navigat|destroyed/i.test(String(error))) throw error;
      }
    }
  } catch (error) {
    return { pages, url: page.url(), asked, wrongs, error: String(error) };
  } finally {
    for (const [event, on] of Object.entries(listen)) page.off(event, on);
  }
}

// A contact sheet: every page once, wide and narrow side by side.
async function sheet({ sheet: path, cells, dark }) {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: FLAGS });
  const page = await browser.newPage({ viewport: { width: 2148, height: 900 } });
  const image = async (file) => `<img src="data:image/png;base64,${(await readFile(file)).toString("base64")}">`;
  const figures = await Promise.all(cells.map(async ({ caption, wide, narrow }) =>
    `<figure><div>${await image(wide)}${await image(narrow)}</div><figcaption>${caption}</figcaption></figure>`));
  await page.setContent(`<!doctype html><style>
    body { margin: 0; padding: 12px; display: grid; grid-template-columns: repeat(3, 1fr); gap: 12px;
      background: ${dark ? "#333" : "#bbb"}; font: 16px sans-serif; color: ${dark ? "#eee" : "#111"} }
    figure { margin: 0 } div { display: flex; gap: 4px; align-items: flex-start }
    img:first-child { width: 500px } img:last-child { width: 193px }
  </style>${figures.join("")}`);
  await page.screenshot({ path, type: "jpeg", quality: 70, fullPage: true });
  await browser.close();
  return {};
}

for await (const line of createInterface({ input: process.stdin })) {
  const wish = JSON.parse(line);
  let seen;
  if (wish.sheet) seen = await sheet(wish);
  else if (wish.close) seen = (forget(wish.close), await browsers.get(wish.close)?.close(), browsers.delete(wish.close), {});
  else if (wish.press) seen = await use(wish);
  else seen = await open(wish);
  process.stdout.write(JSON.stringify(seen) + "\n");
}
await Promise.all([...browsers.values()].map((context) => context.close()));
