/* SPDX-License-Identifier: Apache-2.0 */
/* What the viewer's text must never hold. */
import assert from 'node:assert/strict';
import {readdirSync, readFileSync} from 'node:fs';
import test from 'node:test';

const folder = new URL('../../assets/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.js'));

test('there are modules to look at', () => assert.ok(files.length >= 9));
for (const name of files) {
  test(`${name} puts text in as text and reaches for no network`, () => {
    const text = readFileSync(new URL(name, folder), 'utf8');
    for (const bad of ['innerHTML', 'outerHTML', 'insertAdjacentHTML', 'document.write', 'eval(', 'new Function',
      'fetch(', 'XMLHttpRequest', 'new Worker', 'importScripts', 'http:', 'https:', 'style="']) {
      const clean = text.replaceAll("'http://www.w3.org/2000/svg'", '');
      assert.ok(!clean.includes(bad), `${name} holds ${bad}`);
    }
  });
}
