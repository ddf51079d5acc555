/* SPDX-License-Identifier: Apache-2.0 */
/* node screenshot.mjs PAGE.html OUT.png [#ROUTE] [light|dark] [WIDTHxHEIGHT]: a picture of a page, as
 * the README has one. */
import {resolve} from 'node:path';
import {pathToFileURL} from 'node:url';

import {launch, open} from './harness.mjs';

const [path, out, ...rest] = process.argv.slice(2);
if (!path || !out) {
  console.error('usage: node screenshot.mjs PAGE.html OUT.png [#ROUTE] [light|dark] [WIDTHxHEIGHT]');
  process.exit(2);
}
const hash = rest.find((word) => word.startsWith('#')) || '';
const colorScheme = rest.find((word) => word === 'light' || word === 'dark') || 'light';
const size = (rest.find((word) => /^\d+x\d+$/.test(word)) || '1400x900').split('x').map(Number);

const browser = await launch();
const {page, wrong} = await open(browser, pathToFileURL(resolve(path)).href,
  {hash, colorScheme, viewport: {width: size[0], height: size[1]}});
await page.screenshot({path: out});
await browser.close();
for (const line of wrong) console.error(line);
process.exit(wrong.length ? 1 : 0);
