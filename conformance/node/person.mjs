// A person at a browser: real Chromium, which opens pages and answers them as it is told, one JSON line for each.
//
// In: `url`; `browser`, which tells one person's cookies from another's; `username` and `passwords`, of which each try
// takes the next, and the last page says what came of them; `code`; `answers`, the buttons that are pressed on pages that
// offer several, in this order; `look`: `locale`, `dark`, `narrow`, `scripts` (false: none), `cookies` (false: none);
// `shots`, a directory. Out: `pages` as they were seen, and `url`, where it ended.

import { createInterface } from "node:readline";
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const FLAGS = [
  "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
  "--disable-sync",
];
const MOST_PAGES = 40;

const browsers = new Map();

// One person's browser, with a profile of its own. It trusts what the home directory's store trusts.
async function browserOf(name, look = {}) {
  if (!browsers.has(name)) {
    const profile = await mkdtemp(join(tmpdir(), "doorward-person-"));
    if (look.cookies === false) {
      const preferences = { profile: { default_content_setting_values: { cookies: 2 } } };
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
  if (await there("form[name=hiddenform]")) {
    return page.locator("button[type=submit]");
  }
  if ((await there("main form button")) && wish.answers?.length) return button(page, wish.answers.shift());
  return null;
}

function button(page, value) {
  return page.locator(`button[value="${value}"]`);
}

async function see(page, wish, pages) {
  // Pages name their language, but for those that lead on by themselves.
  const text = (await page.innerText("body")).trim();
  pages.push({ title: await page.title(), lang: await page.getAttribute("html", "lang"), text });
  if (wish.shots) await page.screenshot({ path: join(wish.shots, `${String(pages.length).padStart(2, "0")}.png`), fullPage: true });
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

for await (const line of createInterface({ input: process.stdin })) {
  const wish = JSON.parse(line);
  const seen = wish.close ? (await browsers.get(wish.close)?.close(), browsers.delete(wish.close), {}) : await open(wish);
  process.stdout.write(JSON.stringify(seen) + "\n");
}
await Promise.all([...browsers.values()].map((context) => context.close()));
