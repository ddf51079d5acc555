/* SPDX-License-Identifier: Apache-2.0 */
/* node pages.mjs HTML_MAKE [WORD...]: opens the pages as a reader would. */
import assert from 'node:assert/strict';
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {pathToFileURL} from 'node:url';

import {Fixtures, launch, load, open, readText, runTests, test} from './harness.mjs';

if (Number(process.versions.node.split('.')[0]) < 20) {
  const {skip} = await import('./harness.mjs');
  skip('needs Node 20');
}
const axe = await load('axe-core');
const browser = await launch();
const fixtures = new Fixtures(process.argv[2]);
const REPORT = ['overview', 'stacks', 'flow', 'sites', 'time', 'source', 'about'];
const DIFF = ['changes', 'stacks', 'sites', 'history', 'about'];
const report = () => fixtures.page('indicators');
const diff = () => fixtures.page('diff');

/** Open, look, close; nothing may go wrong meanwhile. */
async function look(target, options, see) {
  const opened = await open(browser, target.url, options);
  try {
    await see(opened.page);
    assert.deepEqual(opened.wrong, []);
  } finally {
    await opened.context.close();
  }
}

const text = (page, selector) => page.locator(selector).first().innerText();
const hash = (page) => page.evaluate(() => window.location.hash);
/** The app's own Stacks view is private: what it drew is asked through the page. */
const canvasPixels = (page) => page.evaluate(() => {
  const canvas = document.querySelector('#stacks-live canvas');
  const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
  let sum = 0;
  for (let i = 0; i < data.length; i += 97) sum = (sum * 31 + data[i]) >>> 0;
  return sum;
});

for (const scheme of ['light', 'dark']) {
  for (const [name, target, views] of [['report', report, REPORT], ['diff', diff, DIFF]]) {
    test(`${name}, ${scheme}: every view opens without an error or a request`, () =>
      look(target(), {colorScheme: scheme}, async (page) => {
        for (let k = 0; k < views.length; k++) {
          await page.keyboard.press(String(k + 1));
          assert.equal(await hash(page), `#${views[k]}`);
          assert.ok(await page.locator(`#${views[k]}`).isVisible());
          assert.equal(await page.locator('.view:visible').count(), 1);
        }
      }));
    test(`${name}, ${scheme}: axe finds nothing in any view`, () =>
      look(target(), {colorScheme: scheme}, async (page) => {
        /* The page's policy forbids added scripts: axe goes in through the debugger. */
        await page.evaluate(axe.default.source);
        for (const view of views) {
          await page.evaluate((to) => { window.location.hash = `#${to}`; }, view);
          await page.waitForFunction((to) => document.documentElement.dataset.view === to, view);
          const found = await page.evaluate(() => window.axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa']}));
          assert.deepEqual(found.violations.map((v) => [view, v.id, v.nodes.slice(0, 3).map((n) => n.html)]), []);
        }
        await page.evaluate(() => { window.location.hash = '#stacks?t=1'; });
        await page.waitForSelector('[role=treegrid]');
        const grid = await page.evaluate(() => window.axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa']}));
        assert.deepEqual(grid.violations.map((v) => [v.id, v.nodes.slice(0, 3).map((n) => n.html)]), []);
      }));
  }
}

test('the table of indicators says what the report holds, each once', () =>
  look(report(), {}, async (page) => {
    const shown = await page.locator('#indicators tbody tr').evaluateAll((rows) => rows.map((row) => [
      row.cells[0].querySelector('a').textContent, row.querySelector('.chip').textContent.trim().split(' ').pop(),
      row.cells[2].dataset.v || '0', row.cells[3].dataset.v || '0']));
    const want = report().rows.map((row) => row.slice(0, 4));
    assert.deepEqual(shown.map(String).sort(), want.map(String).sort());
    for (const status of ['HIGH', 'MODERATE', 'OK', 'NONE']) {
      const tile = await page.locator(`.tiles li.${status.toLowerCase()} b`).innerText();
      assert.equal(Number(tile), want.filter((row) => row[1] === status).length, status);
    }
    assert.equal(await page.locator('.tiles li.row-high b').innerText(), '2'); /* kama and macd */
    const verdict = Object.fromEntries(shown.map((row) => [row[0], row[1]]));
    assert.equal(verdict.edge_ok, 'OK');
    assert.equal(verdict.edge_tenth, 'MODERATE');
    assert.equal(verdict.edge_half, 'MODERATE');
    assert.equal(verdict.edge_high, 'HIGH');
  }));

test('without JavaScript every row, finding and line is there', () =>
  look(report(), {javaScriptEnabled: false}, async (page) => {
    assert.equal(await page.locator('#indicators tbody tr:visible').count(), report().rows.length);
    assert.equal(await page.locator('.fix > details').count(), 3);
    for (const view of REPORT) assert.ok(await page.locator(`#${view}`).isVisible(), view);
    assert.equal(await page.locator('.needs-js:visible').count(), 0);
  }));

test('a cut data block leaves the tables and says what is missing', async () => {
  const whole = readText(report().path);
  const at = whole.indexOf('id="d">') + 200;
  const path = join(fixtures.folder, 'cut.html');
  writeFileSync(path, whole.slice(0, at) + whole.slice(whole.indexOf('</script>', at)));
  await look({url: pathToFileURL(path).href}, {}, async (page) => {
    assert.match(await text(page, '.banner'), /damaged|cut off/);
    assert.doesNotMatch(await text(page, 'body'), /Failed to fetch/);
    assert.equal(await page.locator('#indicators tbody tr:visible').count(), report().rows.length);
  });
});

test('a browser that cannot unpack the data says so and keeps the tables', async () => {
  const context = await browser.newContext();
  await context.addInitScript(() => { delete window.DecompressionStream; });
  const page = await context.newPage();
  await page.goto(report().url);
  await page.waitForSelector('html[data-ready]', {state: 'attached'});
  assert.match(await text(page, '.banner'), /too old/);
  assert.equal(await page.locator('#indicators tbody tr:visible').count(), report().rows.length);
  await context.close();
});

test('keys move through the icicle, Enter zooms, and a reload keeps view, zoom and search', () =>
  look(report(), {}, async (page) => {
    await page.keyboard.press('2');
    await page.focus('#stacks-live canvas');
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowRight', 'ArrowLeft', 'ArrowUp']) {
      await page.keyboard.press(key);
    }
    assert.match(await page.locator('#live').textContent(), /main/);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    assert.match(await hash(page), /^#stacks\?z=[0-9a-f]{16}$/);
    await page.keyboard.press('/');
    await page.keyboard.type('row_');
    await page.keyboard.press('Escape');
    assert.match(await hash(page), /q=row_/);
    const before = [await hash(page), await text(page, '.crumbs'), await text(page, '.found')];
    assert.match(before[2], /1 function, .* of bytes allocated/);
    await page.reload();
    await page.waitForSelector('html[data-ready]', {state: 'attached'});
    assert.deepEqual([await hash(page), await text(page, '.crumbs'), await text(page, '.found')], before);
    await page.keyboard.press('Escape');
    assert.doesNotMatch(await hash(page), /z=/);
  }));

test('a hash of nonsense opens the first view', () =>
  look(report(), {hash: '#%E0%A4%A/../?z=zz&i=%00'}, async (page) =>
    assert.ok(await page.locator('#overview').isVisible())));

test('a deep link opens indicator, phase and metric', () =>
  look(report(), {hash: '#stacks?i=kama&p=batch&m=copied'}, async (page) => {
    assert.equal(await page.locator('#pick-i').inputValue(), 'kama');
    assert.equal(await page.locator('#metric').inputValue(), 'copied');
    await page.locator('#stacks-live button', {hasText: 'Table'}).click();
    assert.match(await text(page, '[role=treegrid] tbody tr'), /4\.88 MiB/);
  }));

test('another metric draws another picture, and a click zooms to the box', () =>
  look(report(), {hash: '#stacks'}, async (page) => {
    const first = await canvasPixels(page);
    await page.selectOption('#metric', 'copied');
    assert.notEqual(await canvasPixels(page), first);
    await page.locator('#stacks-live canvas').click({position: {x: 100, y: 50}});
    assert.match(await hash(page), /z=/);
    assert.match(await text(page, '.crumbs'), /run_case/);
  }));

test('a filter without allocations says so', () =>
  look(report(), {hash: '#stacks?i=sma&m=copied'}, async (page) =>
    assert.match(await text(page, '.found'), /no bytes copied/)));

test('the treegrid opens, moves and closes by keys', () =>
  look(report(), {hash: '#stacks?t=1'}, async (page) => {
    const rows = page.locator('[role=treegrid] tbody tr');
    assert.equal(await rows.count(), 42); /* open down to where there is a choice: 40 cases */
    await rows.first().focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowLeft');
    assert.equal(await rows.count(), 2);
    await page.keyboard.press('ArrowRight');
    assert.equal(await rows.count(), 42);
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    assert.ok(await rows.count() > 42);
    assert.equal(await page.evaluate(() => document.activeElement.getAttribute('aria-level')), '3');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    assert.equal(await rows.count(), 2);
  }));

test('callers of a function sum to the function', () =>
  look(report(), {hash: '#stacks?inv=1&f=row_copy&m=copied&t=1'}, async (page) => {
    const rows = await page.locator('[role=treegrid] tbody tr').evaluateAll((list) => list.map((row) => row.textContent));
    assert.match(rows[0], /row_copy.*14\.9 MiB/);
    assert.ok(rows.some((row) => /ta_kama_batch/.test(row)));
  }));

test('columns sort in both directions and rows filter by word and verdict', () =>
  look(report(), {}, async (page) => {
    const names = () => page.locator('#indicators tbody tr:visible th a').allInnerTexts();
    await page.locator('#indicators th button', {hasText: 'Overhead'}).click();
    assert.equal(await page.locator('#indicators th[aria-sort=descending]').innerText(), 'Overhead');
    assert.equal((await names())[0], 'kama');
    await page.locator('#indicators th button', {hasText: 'Overhead'}).click();
    assert.equal((await names())[0], 'willr');
    await page.locator('#indicators th button', {hasText: 'Indicator'}).click();
    const sorted = await names();
    assert.deepEqual(sorted, [...sorted].sort());
    await page.locator('#indicators-tools button', {hasText: 'HIGH'}).click();
    assert.equal((await names()).length, 5);
    await page.fill('#indicators-filter', 'kam');
    assert.deepEqual(await names(), ['kama']);
  }));

test('the CSV of a table holds exact figures', () =>
  look(report(), {}, async (page) => {
    const [download] = await Promise.all([page.waitForEvent('download'),
      page.locator('#indicators-tools button', {hasText: 'CSV'}).click()]);
    const csv = readText(await download.path());
    assert.match(csv, /^Indicator,Verdict,Single/);
    assert.match(csv, /kama,2,80000,243200/);
  }));

test('a band of the flow tells its call site, and cycles are dashed', () =>
  look(report(), {hash: '#flow'}, async (page) => {
    assert.ok(await page.locator('.band path[stroke-dasharray]').count() >= 1);
    await page.locator('.band').first().focus();
    await page.keyboard.press('Enter');
    assert.match(await text(page, '#flow-live .detail'), /row_copy.*ta_.*\.c:228/s);
  }));

test('a range of time limits Stacks to the scopes that were active', () =>
  look(report(), {hash: '#time'}, async (page) => {
    await page.locator('#range-to').fill('2');
    assert.match(await text(page, '#timeline-live'), /live; .*kama/s);
    await page.locator('#timeline-live button', {hasText: 'Show these in Stacks'}).click();
    assert.ok(await page.locator('#stacks').isVisible());
    await page.locator('#stacks-live button', {hasText: 'Table'}).click();
    assert.match(await text(page, '[role=treegrid] tbody tr'), /kama|KiB|MiB/);
  }));

test('a link to a source line opens its file and marks it', async () => {
  const lines = Array.from({length: 240}, (_, k) => `/* ${k + 1} */`);
  lines[227] = '\tmemcpy(out, row, size); /* <b>&amp; */';
  writeFileSync(join(fixtures.folder, 'ta_kama.c'), lines.join('\n'));
  fixtures.made.delete('indicators.html');
  await look(report(), {}, async (page) => {
    await page.locator('.fix a', {hasText: 'ta_kama.c:228'}).first().click();
    assert.match(await hash(page), /^#source\?f=L\d+-228$/);
    assert.match(await page.locator('tr.target').innerText(), /memcpy\(out, row, size\); \/\* <b>&amp; \*\//);
  });
});

test('the theme button flips, is kept, and the graph follows', () =>
  look(report(), {hash: '#stacks'}, async (page) => {
    const light = await canvasPixels(page);
    await page.keyboard.press('t');
    assert.equal(await page.locator('html').getAttribute('data-theme'), 'dark');
    assert.notEqual(await canvasPixels(page), light);
    await page.reload();
    await page.waitForSelector('html[data-ready]', {state: 'attached'});
    assert.equal(await page.locator('html').getAttribute('data-theme'), 'dark');
  }));

test('the help opens by its key and closes by Escape', () =>
  look(report(), {}, async (page) => {
    await page.keyboard.press('?');
    assert.ok(await page.locator('#help').isVisible());
    await page.keyboard.press('Escape');
    assert.ok(!await page.locator('#help').isVisible());
  }));

for (const width of [360, 720, 1400]) {
  test(`at ${width} px no page scrolls sideways in any view`, async () => {
    for (const [target, views] of [[report(), REPORT], [diff(), DIFF], [fixtures.page('hostile'), REPORT],
      [fixtures.page('diffhostile'), DIFF]]) {
      await look(target, {viewport: {width, height: 900}}, async (page) => {
        for (let k = 0; k < views.length; k++) {
          await page.keyboard.press(String(k + 1));
          const [inner, outer] = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
          assert.ok(inner <= outer, `${target.path} ${views[k]}: ${inner} in ${outer}`);
        }
      });
    }
  });
}

test('on paper every table fits and every detail is open', () =>
  look(report(), {viewport: {width: 1047, height: 740}}, async (page) => {
    await page.emulateMedia({media: 'print'});
    await page.evaluate(() => window.dispatchEvent(new Event('beforeprint')));
    assert.equal(await page.locator('details:not([open])').count(), 0);
    const wide = await page.evaluate(() => [...document.querySelectorAll('table')]
      .filter((table) => table.getBoundingClientRect().right > 1048).map((table) => table.id || table.className));
    assert.deepEqual(wide, []);
    const pdf = await page.pdf({format: 'A4', landscape: true});
    assert.ok(pdf.length > 20000);
  }));

test('hostile names are shown as text and run nothing', () =>
  look(fixtures.page('hostile'), {}, async (page) => {
    for (let k = 1; k <= 7; k++) await page.keyboard.press(String(k));
    const body = await page.evaluate(() => document.body.textContent);
    assert.ok(body.includes('</script><script>alert(1)</script>'));
    assert.ok(body.includes('a\\u{202e}b'));
    assert.ok(!body.includes('\u202e'));
    assert.ok(body.includes('a&amp;b&lt;c'));
    await page.evaluate(() => { window.location.hash = '#stacks?t=1'; });
    await page.waitForSelector('[role=treegrid]');
    assert.match(await text(page, '[role=treegrid]'), /<script>alert\(1\)/);
    assert.equal(await page.evaluate(() => document.querySelectorAll('svg[onload]').length), 0);
  }));

test('frames past the 254th are put together, and nothing is lost', () =>
  look(fixtures.page('deep400'), {hash: '#stacks?q=deeper'}, async (page) => {
    assert.match(await text(page, '.found'), /1 function, 100 % of bytes allocated \(4\.00 KiB\)/);
    assert.match(await page.locator('#about').textContent(), /deeper than Stacks shows.*147/);
  }));

test('past two million nodes small subtrees are put together, and nothing is lost', () =>
  look(fixtures.page('light2000100'), {hash: '#stacks?m=allocations&t=1'}, async (page) => {
    const rows = page.locator('[role=treegrid] tbody tr');
    assert.match(await rows.first().innerText(), /2,002,000,100/);
    const names = await page.locator('[role=treegrid] tbody th').allInnerTexts();
    assert.deepEqual(names.map((name) => name.replace(/^[^\w[]+/, '')), ['[all]', 'main', 'heavy', '[2000100 small]']);
    assert.match(await page.locator('#about').textContent(), /put together in Stacks.*2,000,100/);
  }));

test('hostile names are text in a diff as well', () =>
  look(fixtures.page('diffhostile'), {}, async (page) => {
    for (let k = 1; k <= DIFF.length; k++) await page.keyboard.press(String(k));
    const body = await page.evaluate(() => document.body.textContent);
    assert.ok(body.includes('</script><script>alert(1)</script>'));
    assert.ok(!body.includes('\u202e'));
  }));

test('metric and search go along from view to view, and Sites sorts by the metric', () =>
  look(report(), {hash: '#stacks?m=copied&q=row'}, async (page) => {
    await page.locator('.tabs a', {hasText: 'Sites'}).click();
    assert.equal(await hash(page), '#sites?m=copied&q=row');
    const shown = await page.locator('#places tbody tr:visible th').allInnerTexts();
    assert.ok(shown.length && shown.every((name) => /row/.test(name)), String(shown));
    await page.selectOption('#metric', 'needless');
    assert.equal(await page.locator('#places th[aria-sort=descending]').innerText(), 'Needless');
    await page.goBack();
    assert.ok(await page.locator('#stacks').isVisible());
  }));

test('no host, home folder or user stands in the page', () => {
  const page = readText(report().path);
  assert.ok(!page.includes('secret-host'));
  assert.ok(!page.includes('/home/'));
  assert.ok(!page.includes(' style="'));
});

test('a program without indicators has totals, findings and its heaviest functions', () =>
  look(fixtures.page('plain'), {}, async (page) => {
    const body = await text(page, '#overview');
    assert.match(body, /No needless memory found/);
    assert.match(body, /Heaviest functions/);
    assert.match(body, /469 KiB/);
    assert.equal(await page.locator('#indicators').count(), 0);
  }));

test('a profile that ends early without anything in it is told as such', () =>
  look(fixtures.page('bare'), {}, async (page) => {
    assert.match(await text(page, '#banners'), /lower bounds/);
    assert.match(await text(page, '#banners'), /sqlite3 changed since the run.*Record again/s);
    assert.match(await text(page, '#overview'), /Nothing was allocated/);
    for (let k = 1; k <= 7; k++) {
      await page.keyboard.press(String(k));
      assert.ok((await text(page, `#${REPORT[k - 1]}`)).length > 20);
    }
  }));

test('two equal runs are said to be the same to the byte', () =>
  look(fixtures.page('same'), {}, async (page) =>
    assert.match(await text(page, '#changes'), /Byte for byte the same over 41 indicators/)));

test('the diff names what got worse first and folds what is small', () =>
  look(diff(), {}, async (page) => {
    const rows = await page.locator('#rows tbody tr').allInnerTexts();
    assert.match(rows[0], /ema.*OK.*HIGH/s);
    assert.match(rows.find((row) => /kama/.test(row)), /\u2212/);
    assert.match(await text(page, '#banners'), /Violates the rule verdict-worse: .*ema/);
    assert.match(await text(page, '#banners'), /different environments.*gcc 12\.2 -O3 → gcc 13\.1 -O3/s);
    assert.match(await text(page, '#changes'), /Small changes, under 1 % and under 4 KiB \(\d+\)/);
    assert.match(await text(page, '#places-changed'), /lines? further down/);
  }));

test('the stacks of a diff hold both sides', () =>
  look(diff(), {hash: '#stacks?i=ema&t=1'}, async (page) => {
    const head = await page.locator('[role=treegrid] thead').innerText();
    assert.match(head, /Before.*After/s);
    assert.match(await text(page, '[role=treegrid] tbody tr'), /\+/);
    await page.locator('#stacks-live button', {hasText: 'Table'}).click();
    const both = await canvasPixels(page);
    await page.selectOption('#pick-side', 'changes');
    assert.notEqual(await canvasPixels(page), both);
  }));

test('the history has a step line and a marker at the change', () =>
  look(diff(), {hash: '#history'}, async (page) => {
    assert.equal(await page.locator('#history .charts').first().locator('svg').count(), 2);
    assert.equal(await page.locator('#history .mark-grew').count(), 1);
    assert.match(await text(page, '#steps'), /kernels: Write straight into the row/);
  }));

const failed = await runTests(process.argv.slice(3));
await browser.close();
fixtures.done();
process.exit(failed ? 1 : 0);
