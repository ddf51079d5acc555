/* SPDX-License-Identifier: Apache-2.0 */
import assert from 'node:assert/strict';
import test from 'node:test';
import {gzipSync} from 'node:zlib';

import {rangeSummary, scopesIn} from '../../assets/charts.js';
import {callTree, parseContainer, readBlock} from '../../assets/data.js';
import {layersOf, placeFlow, selectFlow} from '../../assets/flow.js';
import {eachBox, nodeAt} from '../../assets/icicle.js';
import {compareKeys, csvCell} from '../../assets/table.js';
import {findByHash, leftEdges, makeTree, matchFrames, pathHash, pivot, searchTree, selfValues, totals}
  from '../../assets/tree.js';
import {bytes, count, delta, duration, fnvAdd, fnvStart, fnvText, formatRoute, parseRoute, percent, utf8}
  from '../../assets/util.js';

const varint = (n) => {
  const out = [];
  for (; n >= 128; n = Math.floor(n / 128)) out.push((n % 128) + 128);
  return [...out, n];
};
const column = (name, values) => ({name, kind: 'v', n: values.length, data: values.flatMap(varint)});
const raw = (name, values) => ({name, kind: 'u8', n: values.length, data: values});
const strings = (name, list) => ({name, kind: 'strings', n: list.length, data: [...Buffer.from(list.join('\0'))]});

function container(columns, meta = {}) {
  const cols = columns.map(({data, ...col}) => ({...col, bytes: data.length}));
  const head = Buffer.from(JSON.stringify({meta, cols}));
  const size = Buffer.alloc(4);
  size.writeUInt32LE(head.length);
  return new Uint8Array(Buffer.concat([Buffer.from('NCR1'), size, head, ...columns.map((c) => Buffer.from(c.data))]));
}

/* main -> a -> malloc 10, main -> a -> a -> malloc 5 (recursion), main -> b -> memcpy 7 */
const small = () => container([
  strings('names', ['', 'main', 'a', 'b', 'malloc', 'memcpy', 'x.c']),
  column('frame.name', [1, 2, 3, 4, 5]), column('frame.file', [6, 6, 6, 0, 0]),
  column('frame.line', [1, 2, 3, 0, 0]), column('frame.module', [0, 0, 0, 0, 0]),
  raw('frame.role', [0, 1, 1, 3, 4]),
  raw('depth', [1, 2, 3, 3, 4, 2, 3]), column('frame', [0, 1, 3, 1, 3, 2, 4]),
  column('cell.node', [3, 2, 2]), column('cell.scope', [0, 1, 0]), column('cell.allocated', [10, 5, 0]),
  {name: 'cell.copied', kind: 's', n: 3, pairs: 1, data: [...varint(3), ...varint(7)]},
]);

function load() {
  const data = callTree(parseContainer(small()));
  const tree = makeTree(data);
  const self = selfValues(tree, data, data.metric('allocated'), new Uint8Array([1, 1]));
  return {data, tree, self, total: totals(tree, self)};
}

test('sums of a subtree are its own and its children\u2019s', () => {
  const {total} = load();
  assert.deepEqual([...total], [15, 15, 15, 10, 5, 5, 0, 0]);
});
test('a column of mostly zeros comes back whole', () => {
  const {data} = load();
  assert.deepEqual([...data.metric('copied')], [0, 0, 7]);
  assert.equal(data.metric('leaked'), null);
});
test('only cells of wanted scopes are summed', () => {
  const {tree, data} = load();
  const self = selfValues(tree, data, data.metric('allocated'), new Uint8Array([0, 1]));
  assert.equal(totals(tree, self)[0], 5);
});
test('numbers up to 2^53 are exact', () => {
  const values = [0, 127, 128, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1];
  assert.deepEqual([...parseContainer(container([column('x', values)])).cols.x], values);
});
test('a search counts recursion once', () => {
  const {tree, total} = load();
  const found = searchTree(tree, total, matchFrames(tree, 'A'));
  assert.equal(found.sum, 15); /* malloc and main match as well: main is topmost */
  const only = searchTree(tree, total, Uint8Array.from([0, 1, 0, 0, 0]));
  assert.deepEqual([only.sum, only.functions], [15, 1]);
});
test('a node is found again by the hash of its path', () => {
  const {tree} = load();
  for (let i = 1; i < tree.n; i++) assert.equal(findByHash(tree, pathHash(tree, i)), i);
  assert.equal(findByHash(tree, 'nonsense'), 0);
  assert.equal(findByHash(tree, '0123456789abcdef'), 0);
});
test('the hash is FNV-1a of 64 bits', () => {
  let want = 0xcbf29ce484222325n;
  for (const byte of [...Buffer.from('main\0\u00e9\0', 'utf8')]) {
    want = ((want ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn;
  }
  const got = fnvAdd(fnvAdd(fnvStart(), utf8('main')), utf8('\u00e9'));
  assert.equal(fnvText(got), want.toString(16).padStart(16, '0'));
});
test('siblings of one name have hashes of their own', () => {
  const data = callTree(parseContainer(container([
    strings('names', ['', 'f', 'x.c']), column('frame.name', [1, 1]), column('frame.file', [2, 2]),
    column('frame.line', [9, 5]), column('frame.module', [0, 0]), raw('frame.role', [0, 0]),
    raw('depth', [1, 1]), column('frame', [0, 1]), column('cell.node', []), column('cell.scope', []),
  ])));
  const tree = makeTree(data);
  assert.notEqual(pathHash(tree, 1), pathHash(tree, 2));
  assert.equal(findByHash(tree, pathHash(tree, 1)), 1);
  assert.equal(findByHash(tree, pathHash(tree, 2)), 2);
});
test('a pivot has callers and callees of the topmost calls only', () => {
  const {tree, self, total} = load();
  const turned = pivot(tree, self, total, 2);
  assert.equal(turned.sum, 15);
  assert.equal(turned.callers.total[0], 15);
  assert.equal(turned.callers.tree.n, 2); /* the function and main */
  assert.equal(turned.callees.total[0], 15);
});
test('the box under its own centre is the box', () => {
  const {tree, total} = load();
  const layer = {tree, total, x: leftEdges(tree, total)};
  let boxes = 0;
  eachBox(layer, 0, 1000, (node, left, wide, row) => {
    assert.equal(nodeAt(layer, 0, 1000, left + wide / 2, row), node);
    boxes++;
  });
  assert.equal(boxes, 6);
});
test('damage is told, never followed', async () => {
  const good = small();
  assert.throws(() => parseContainer(good.subarray(0, 6)), /damaged/);
  assert.throws(() => parseContainer(good.subarray(0, good.length - 3)), /damaged/);
  const wild = container([raw('depth', [1, 3]), column('frame', [0, 0])]);
  assert.throws(() => callTree(parseContainer(wild)), /damaged/);
  await assert.rejects(readBlock('%%%'), /damaged/);
  await assert.rejects(readBlock(gzipSync(good).subarray(0, 40).toString('base64')), /damaged/);
});
test('any damaged byte gives an error or a tree, never a hang', () => {
  const good = small();
  for (let i = 0; i < good.length; i++) {
    for (const flip of [1, 128]) {
      const bad = Uint8Array.from(good);
      bad[i] ^= flip;
      try {
        makeTree(callTree(parseContainer(bad)));
      } catch (error) {
        assert.ok(error instanceof Error);
      }
    }
  }
});

test('bytes have three digits and units of 1024', () => {
  const want = [[0, '0'], [512, '512 B'], [999, '999 B'], [1000, '0.98 KiB'], [1024, '1.00 KiB'], [80000, '78.1 KiB'],
    [617984, '604 KiB'], [1048064, '1.00 MiB'], [1022976, '999 KiB'], [5120000, '4.88 MiB'], [-5120000, '\u22124.88 MiB']];
  for (const [n, text] of want) assert.equal(bytes(n), text);
});
test('other figures in words', () => {
  assert.equal(count(1234567), '1,234,567');
  assert.equal(delta(1024, 'bytes'), '+1.00 KiB');
  assert.equal(delta(-3, 'count'), '\u22123');
  assert.equal(percent(1, 3), '33.3 %');
  assert.equal(percent(1, 100000), '<0.1 %');
  assert.equal(duration(48000), '48.0 \u00b5s');
});
test('a route comes back as it was, and nonsense opens the first view', () => {
  const views = ['overview', 'stacks'];
  const route = {view: 'stacks', i: 'a&b=c', m: 'copied', q: '\u00e9 #'};
  assert.deepEqual(parseRoute(formatRoute(route), views), route);
  for (const hash of ['', '#', '#nonsense', '#%%%?x', '#nonsense?i=a', '#__proto__']) {
    assert.deepEqual(parseRoute(hash, views), {view: 'overview'});
  }
  assert.deepEqual(parseRoute('#stacks?evil=1&i=x', views), {view: 'stacks', i: 'x'});
});
test('a sort keeps what has no value last in both directions', () => {
  const list = [3, null, 1, Infinity];
  assert.deepEqual([...list].sort((a, b) => compareKeys(a, b, 1)), [1, 3, Infinity, null]);
  assert.deepEqual([...list].sort((a, b) => compareKeys(a, b, -1)), [Infinity, 3, 1, null]);
});
test('a spreadsheet runs nothing of the CSV', () => {
  assert.equal(csvCell('=1+1'), "'=1+1");
  assert.equal(csvCell('@x'), "'@x");
  assert.equal(csvCell('-12.5'), '-12.5');
  assert.equal(csvCell('a,"b"'), '"a,""b"""');
});
test('a cycle of copies is laid out with one band that runs back', () => {
  const edges = [{from: 0, to: 1, bytes: 5}, {from: 1, to: 2, bytes: 5}, {from: 2, to: 0, bytes: 1}];
  const {layer, back} = layersOf(3, edges);
  assert.deepEqual([...back], [0, 0, 1]);
  assert.deepEqual([...layer], [0, 1, 2]);
});
test('a copy of a block into itself is laid out too', () => {
  const {back} = layersOf(1, [{from: 0, to: 0, bytes: 1}]);
  assert.deepEqual([...back], [1]);
});
test('boxes of one layer do not overlap', () => {
  const edges = [];
  for (let k = 1; k <= 8; k++) edges.push({from: 0, to: k, bytes: k * 100, needless: 0});
  const placed = placeFlow({nodes: Array.from({length: 9}, () => ({})), edges}, 1000);
  const column2 = placed.nodes.slice(1).sort((a, b) => a.y - b.y);
  for (let k = 1; k < column2.length; k++) {
    assert.ok(column2[k].y >= column2[k - 1].y + column2[k - 1].height);
  }
});
test('past thirty bands the rest is told in a sum', () => {
  const edges = Array.from({length: 40}, (_, k) => ({from: 0, to: 1, bytes: k + 1, scope: ''}));
  const picked = selectFlow({nodes: [{}, {}], edges}, '', 30);
  assert.equal(picked.edges.length, 30);
  assert.deepEqual(picked.others, {n: 10, bytes: 55});
});
test('a range of time names the scopes that were active in it', () => {
  const line = {start: [0, 1, 2], end: [1, 2, 3], min: [5, 1, 9], max: [6, 8, 9], scope: [1, 2, 1]};
  assert.deepEqual([...scopesIn(line, 1, 2)], [2, 1]);
  assert.deepEqual(rangeSummary(line, 0, 1), {low: 1, high: 8, startNs: 0, endNs: 2});
});
