/* SPDX-License-Identifier: Apache-2.0 */
/* What the browser tests stand on: a browser that may reach nothing, fixture pages, a list of tests
 * whose names are true sentences. Exit status 77: nothing here to test with. */
import {execFileSync} from 'node:child_process';
import {accessSync, constants, mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {delimiter, join} from 'node:path';
import {pathToFileURL} from 'node:url';

const REQUIRED = process.env.NOCOPY_REQUIRE_BROWSER === '1';

/** Leave: skipped, or failed where a browser is required. */
export function skip(why) {
  console.log(`skipped: ${why}`);
  process.exit(REQUIRED ? 1 : 77);
}

function findBrowser() {
  for (const name of ['chromium', 'chromium-browser', 'google-chrome']) {
    for (const folder of (process.env.PATH || '').split(delimiter)) {
      try {
        accessSync(join(folder, name), constants.X_OK);
        return join(folder, name);
      } catch {
        /* not in this folder */
      }
    }
  }
  return skip('no chromium on the PATH');
}

export async function load(name) {
  try {
    return await import(name);
  } catch {
    return skip(`${name} is not installed: ./dev deps, or npm ci --ignore-scripts in reports/tests/browser`);
  }
}

export async function launch(...flags) {
  const {chromium} = await load('playwright-core');
  return chromium.launch({
    executablePath: findBrowser(),
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
      '--disable-background-networking', '--disable-component-update', '--disable-sync', ...flags],
  });
}

/** A folder of fixtures, pages and others, made by the program html_make. */
export class Fixtures {
  constructor(maker) {
    this.maker = maker;
    this.folder = mkdtempSync(join(tmpdir(), 'nocopy-pages-'));
    this.made = new Map();
  }

  /** {path, url, rows} of a kind of page, or of a file whose ending says what it is. */
  page(kind, ending = '.html') {
    const name = kind + ending;
    if (!this.made.has(name)) {
      const path = join(this.folder, name);
      const rows = execFileSync(this.maker, [kind, path, this.folder], {encoding: 'utf8', maxBuffer: 1e8});
      this.made.set(name, {path, url: pathToFileURL(path).href, rows: rows.split('\n').filter(Boolean)
        .map((line) => line.split('\t'))});
    }
    return this.made.get(name);
  }

  done() {
    rmSync(this.folder, {recursive: true, force: true});
  }
}

/** Open a page in a fresh context and note everything that must not happen. */
export async function open(browser, url, options = {}) {
  const {hash = '', wait = true, ...rest} = options;
  const context = await browser.newContext({viewport: {width: 1400, height: 900}, ...rest});
  const page = await context.newPage();
  const wrong = [];
  page.on('pageerror', (error) => wrong.push(`error: ${error.message}`));
  page.on('console', (message) => {
    const ours = message.text().includes('willReadFrequently'); /* the tests read the canvas back */
    if (!ours && ['error', 'warning'].includes(message.type())) wrong.push(`console: ${message.text()}`);
  });
  page.on('dialog', (dialog) => {
    wrong.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on('request', (request) => {
    const to = request.url();
    if (to.split('#')[0] !== url && !to.startsWith('data:') && !to.startsWith('blob:')) wrong.push(`request: ${to}`);
  });
  await page.goto(url + hash);
  if (wait && rest.javaScriptEnabled !== false) await page.waitForSelector('html[data-ready]', {state: 'attached'});
  return {page, context, wrong};
}

const tests = [];
/** @param {string} name a true sentence @param {() => Promise<void>} run */
export function test(name, run) {
  tests.push({name, run});
}

/** Run them one after another. Words on the command line choose by name. */
export async function runTests(words) {
  let failed = 0;
  const chosen = tests.filter((t) => words.every((word) => t.name.includes(word)));
  for (const {name, run} of chosen) {
    try {
      await run();
      console.log(`ok - ${name}`);
    } catch (error) {
      failed++;
      console.log(`not ok - ${name}\n${String(error.stack || error).replace(/^/gm, '    ')}`);
    }
  }
  console.log(`${chosen.length - failed} passed, ${failed} failed`);
  return failed;
}

export const readText = (path) => readFileSync(path, 'utf8');
