/* SPDX-License-Identifier: Apache-2.0 */
/* node budgets.mjs HTML_MAKE [STACKS]: what a large page costs, beside its limits. A benchmark, not a
 * test: times depend on the machine. With 1000000 stacks the limits are those of a release check. */
import {statSync} from 'node:fs';

import {Fixtures, launch, open} from './harness.mjs';

const stacks = Number(process.argv[3] || 200000);
const LIMITS = stacks > 500000
  ? {file: 16e6, ready: 4000, open: 1000, zoom: 100, search: 400, metric: 1000, heap: 300e6}
  : {file: 4e6, paint: 800, ready: 2000, open: 300, zoom: 100, search: 100, metric: 250, heap: 100e6};
const DIFF_LIMITS = {ready: 2000, open: 600, zoom: 150, heap: 150e6};

const browser = await launch();
const fixtures = new Fixtures(process.argv[2]);

/** Median time of something done in the page, from the event to the end of the drawing. */
async function timed(page, act) {
  const times = [];
  for (let k = 0; k < 3; k++) {
    times.push(await page.evaluate(async ([what, turn]) => {
      const canvas = document.querySelector('#stacks-live canvas');
      const search = document.getElementById('search');
      const metric = document.getElementById('metric');
      const key = (name) => canvas.dispatchEvent(new KeyboardEvent('keydown', {key: name, bubbles: true}));
      const acts = {
        open: () => document.dispatchEvent(new KeyboardEvent('keydown', {key: '2', bubbles: true})),
        zoom: () => key('Enter'),
        search: () => {
          search.value = `module_${turn + 1}`;
          search.dispatchEvent(new Event('input'));
        },
        metric: () => {
          metric.value = ['copied', 'peak', 'allocations'][turn];
          metric.dispatchEvent(new Event('change'));
        },
      };
      if (what === 'open') document.dispatchEvent(new KeyboardEvent('keydown', {key: '1', bubbles: true}));
      if (what === 'zoom') {
        document.dispatchEvent(new KeyboardEvent('keydown', {key: 'Escape', bubbles: true}));
        for (let i = 0; i < 3 + turn; i++) key('ArrowDown');
      }
      const start = performance.now();
      acts[what]();
      return performance.now() - start;
    }, [act, k]));
  }
  return act === 'open' ? times[0] : times.sort((a, b) => a - b)[1]; /* the first opening lays out */
}

async function measure(kind, limits) {
  const target = fixtures.page(kind);
  const got = {file: statSync(target.path).size};
  const {page, context, wrong} = await open(browser, target.url, {wait: false});
  await page.waitForSelector('html[data-ready]', {state: 'attached', timeout: 60000});
  Object.assign(got, await page.evaluate(() => ({
    paint: performance.getEntriesByName('first-contentful-paint')[0].startTime,
    ready: performance.getEntriesByName('nocopy-ready')[0].startTime,
  })));
  for (const act of ['open', 'zoom', 'search', 'metric']) got[act] = await timed(page, act);
  const session = await context.newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  got.heap = (await session.send('Runtime.getHeapUsage')).usedSize
    + ((await session.send('Runtime.getHeapUsage')).backingStorageSize || 0);
  let over = wrong.length;
  for (const line of wrong) console.log(`${kind}: ${line}`);
  for (const [what, limit] of Object.entries(limits)) {
    const size = what === 'file' || what === 'heap';
    const show = (x) => (size ? `${(x / 1e6).toFixed(2)} MB` : `${x.toFixed(0)} ms`);
    const bad = got[what] > limit;
    over += bad;
    console.log(`${bad ? 'OVER' : 'ok  '} ${kind} ${what}: ${show(got[what])} (limit ${show(limit)})`);
  }
  await context.close();
  return over;
}

let over = await measure(`stacks${stacks}`, LIMITS);
if (stacks <= 500000) over += await measure(`diff${stacks}`, DIFF_LIMITS);
await browser.close();
fixtures.done();
process.exit(over ? 1 : 0);
