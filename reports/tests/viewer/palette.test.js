/* SPDX-License-Identifier: Apache-2.0 */
/* Colours that are told apart must stay apart for every kind of colour vision, in both themes. */
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import test from 'node:test';

import {contrast, ciede2000, simulate, toLab} from './colour.js';

const css = readFileSync(new URL('../../assets/report.css', import.meta.url), 'utf8');

/** The custom properties of the block that opens with a selector. */
function block(opening) {
  const from = css.indexOf(opening);
  assert.notEqual(from, -1, `${opening} is in the style sheet`);
  const body = css.slice(from, css.indexOf('}', from));
  return Object.fromEntries([...body.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})/g)].map((m) => [m[1], m[2]]));
}

const light = block(':root {');
const dark = block(':root[data-theme="dark"] {');
const system = block(':root:not([data-theme="light"]) {');

test('the distance is CIE 142-2001: pairs with published values', () => {
  for (const [a, b, want] of [[[50, 2.6772, -79.7751], [50, 0, -82.7485], 2.0425],
    [[60.2574, -34.0099, 36.2677], [60.4626, -34.1751, 39.4387], 1.2644],
    [[2.0776, 0.0795, -1.135], [0.9033, -0.0636, -0.5514], 0.9082]]) {
    assert.ok(Math.abs(ciede2000(a, b) - want) < 5e-5);
  }
});

function leastDistance(theme, names) {
  let least = {distance: Infinity};
  for (const sight of ['normal', 'protan', 'deutan', 'tritan']) {
    names.forEach((a, i) => names.slice(i + 1).forEach((b) => {
      const distance = ciede2000(toLab(simulate(theme[a], sight)), toLab(simulate(theme[b], sight)));
      if (distance < least.distance) least = {distance, a, b, sight};
    }));
  }
  return least;
}

for (const [name, theme] of [['light', light], ['dark', dark]]) {
  const apart = (names, limit) => {
    const least = leastDistance(theme, names);
    assert.ok(least.distance >= limit,
      `${least.a} and ${least.b} are ${least.distance.toFixed(1)} apart for ${least.sight} sight`);
  };
  test(`${name}: the three verdicts are told apart by every kind of sight`, () =>
    apart(['high', 'moderate', 'ok'], 18));
  test(`${name}: grew and shrank are told apart by every kind of sight`, () => {
    apart(['grew', 'shrank'], 39);
    apart(['grew-fill', 'shrank-fill'], 39);
  });
  test(`${name}: the roles of frames are told apart by every kind of sight`, () =>
    apart(['role-driver', 'role-indicator', 'role-library', 'role-alloc', 'role-copy'], 10));
  test(`${name}: text has a contrast of 4.5 on its ground`, () => {
    const pairs = [['fg', 'bg'], ['fg', 'panel'], ['muted', 'bg'], ['muted', 'panel'], ['link', 'bg'],
      ['high', 'bg'], ['high', 'high-bg'], ['moderate', 'moderate-bg'], ['ok', 'ok-bg'], ['grew', 'bg'],
      ['shrank', 'bg'], ['muted', 'high-bg'], ['fg', 'high-bg'], ['link', 'panel']];
    for (const fill of ['driver', 'indicator', 'library', 'alloc', 'copy']) pairs.push(['ink', `role-${fill}`]);
    pairs.push(['ink', 'grew-fill'], ['ink', 'shrank-fill']);
    for (const [text, ground] of pairs) {
      const ratio = contrast(theme[text], theme[ground]);
      assert.ok(ratio >= 4.5, `${text} on ${ground}: ${ratio.toFixed(2)}`);
    }
  });
}

test('the dark colours of the system and of the button are the same', () => assert.deepEqual(dark, system));
test('both themes name the same colours', () =>
  assert.deepEqual(Object.keys(light).sort(), Object.keys(dark).sort()));
