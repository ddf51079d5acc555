/* SPDX-License-Identifier: Apache-2.0 */
/* The merged call tree in typed arrays. Node 0 is the root; nodes stand in preorder, so a subtree
 * is the range [i, end[i]) and sums and positions are two linear passes. */
import {baseName, fnvAdd, fnvStart, fnvText, utf8} from './util.js';

/** @typedef {{n: number, depth: Uint8Array, frame: Uint32Array, parent: Uint32Array,
 *   end: Uint32Array, names: string[], frames: any, deepest: number}} Tree */

const MAX_DEPTH = 256;

/** @returns {Tree} */
export function makeTree(data) {
  const n = data.depth.length + 1;
  const depth = new Uint8Array(n);
  const frame = new Uint32Array(n);
  depth.set(data.depth, 1);
  frame.set(data.frame, 1);
  return index({n, depth, frame, names: data.names, frames: data.frames});
}

/** Parents and subtree ends from the depths. */
function index(tree) {
  const {n, depth} = tree;
  const parent = new Uint32Array(n);
  const end = new Uint32Array(n).fill(n);
  const open = new Uint32Array(MAX_DEPTH + 1);
  let deepest = 0;
  for (let i = 1, before = 0; i < n; i++) {
    const d = depth[i];
    for (let k = d; k <= before; k++) end[open[k]] = i;
    parent[i] = d === 1 ? 0 : open[d - 1];
    open[d] = i;
    before = d;
    if (d > deepest) deepest = d;
  }
  return {...tree, parent, end, deepest};
}

/** Values of each node alone, of the cells whose scope is wanted.
 * @param {Tree} tree @param {any} data @param {ArrayLike<number>|null} values
 * @param {Uint8Array} wanted by scope */
export function selfValues(tree, data, values, wanted) {
  const self = new Float64Array(tree.n);
  if (!values) return self;
  const {cellNode, cellScope} = data;
  for (let k = 0; k < cellNode.length; k++) {
    if (wanted[cellScope[k]]) self[cellNode[k]] += values[k];
  }
  return self;
}

/** Sums over subtrees. @param {Tree} tree @param {Float64Array} self */
export function totals(tree, self) {
  const total = Float64Array.from(self);
  for (let i = tree.n - 1; i > 0; i--) total[tree.parent[i]] += total[i];
  return total;
}

/** Left edges, in units of the metric: a child starts where its elder sibling ends.
 * @param {Tree} tree @param {Float64Array} total */
export function leftEdges(tree, total) {
  const x = new Float64Array(tree.n);
  const next = new Float64Array(tree.n);
  for (let i = 1; i < tree.n; i++) {
    const p = tree.parent[i];
    x[i] = next[p];
    next[i] = x[i];
    next[p] += total[i];
  }
  return x;
}

/** The children of a node in their order. @param {Tree} tree */
export function children(tree, node) {
  const list = [];
  for (let i = node + 1; i < tree.end[node]; i = tree.end[i]) list.push(i);
  return list;
}

export const nameOf = (tree, node) =>
  node === 0 ? tree.rootName || '[all]' : tree.names[tree.frames.name[tree.frame[node]]];

/** `file.c:12`, or the module where there is no line, or nothing. */
export function placeOf(tree, node, whole) {
  if (node === 0) return '';
  const f = tree.frame[node];
  const file = tree.names[tree.frames.file[f]];
  if (file) {
    const shown = whole ? file : baseName(file);
    return tree.frames.line[f] ? `${shown}:${tree.frames.line[f]}` : shown;
  }
  return tree.names[tree.frames.module[f]];
}

export const isInlined = (tree, node) =>
  node !== 0 && (tree.frames.role[tree.frame[node]] & 128) !== 0;

/** Which names match a search: one flag a frame. @param {string} query */
export function matchFrames(tree, query) {
  const flags = new Uint8Array(tree.frames.name.length);
  const needle = query.toLowerCase();
  const byName = new Map(); /* of a name: many frames share one */
  const hit = (id) => {
    let known = byName.get(id);
    if (known === undefined) {
      known = tree.names[id].toLowerCase().includes(needle);
      byName.set(id, known);
    }
    return known;
  };
  for (let f = 0; f < flags.length; f++) {
    if (hit(tree.frames.name[f]) || hit(tree.frames.file[f])) flags[f] = 1;
  }
  return flags;
}

/** What a search found: lit = the match and what it calls; sum = of topmost matches only, so that
 * recursion is not counted twice. @param {Tree} tree @param {Float64Array} total */
export function searchTree(tree, total, flags) {
  const lit = new Uint8Array(tree.n);
  const names = new Set();
  let sum = 0;
  for (let i = 1; i < tree.n; i++) {
    const inside = lit[tree.parent[i]];
    if (flags[tree.frame[i]] && total[i] > 0) {
      names.add(tree.frames.name[tree.frame[i]]);
      if (!inside) sum += total[i];
      lit[i] = 1;
    } else {
      lit[i] = inside;
    }
  }
  return {lit, sum, functions: names.size};
}

/** The place of each node among siblings of the same name: a path of names alone can be ambiguous.
 * Twins are told apart by file and line. @param {Tree} tree @param {number} parent
 * @returns {Map<number, number>} node -> rank, of those whose rank is not 0 */
function twinRanks(tree, parent) {
  const first = new Map();
  let twins = null;
  for (let i = parent + 1; i < tree.end[parent]; i = tree.end[i]) {
    const name = tree.frames.name[tree.frame[i]];
    const elder = first.get(name);
    if (elder === undefined) first.set(name, i);
    else {
      twins = twins || new Map();
      if (!twins.has(name)) twins.set(name, [elder]);
      twins.get(name).push(i);
    }
  }
  const ranks = new Map();
  for (const list of twins ? twins.values() : []) {
    const keyed = list.map((i) => [placeOf(tree, i, true), i]);
    keyed.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : a[1] - b[1]));
    keyed.forEach(([, i], rank) => rank && ranks.set(i, rank));
  }
  return ranks;
}

const hashName = (name, rank) => utf8(rank ? `${name}#${rank}` : name);

/** 64-bit FNV-1a of the function names from the root to a node: the same in another run. */
export function pathHash(tree, node) {
  const path = [];
  for (let i = node; i !== 0; i = tree.parent[i]) path.push(i);
  let hash = fnvStart();
  for (const i of path.reverse()) {
    hash = fnvAdd(hash, hashName(nameOf(tree, i), twinRanks(tree, tree.parent[i]).get(i)));
  }
  return fnvText(hash);
}

/** The node with that path hash, or 0. One pass: each node's hash from its parent's. */
export function findByHash(tree, wanted) {
  if (!/^[0-9a-f]{16}$/.test(wanted)) return 0;
  const hi = parseInt(wanted.slice(0, 8), 16);
  const lo = parseInt(wanted.slice(8), 16);
  const open = [{hash: fnvStart(), ranks: twinRanks(tree, 0)}];
  const known = []; /* name id -> UTF-8 */
  for (let i = 1; i < tree.n; i++) {
    const above = open[tree.depth[i] - 1];
    const id = tree.frames.name[tree.frame[i]];
    const rank = above.ranks.get(i);
    known[id] = known[id] || utf8(tree.names[id]);
    const hash = fnvAdd(above.hash, rank ? hashName(tree.names[id], rank) : known[id]);
    if (hash.hi === hi && hash.lo === lo) return i;
    if (tree.end[i] > i + 1) open[tree.depth[i]] = {hash, ranks: twinRanks(tree, i)};
  }
  return 0;
}

/** A tree grown path by path, for the pivot. */
class Trie {
  constructor(names) {
    this.names = names;
    this.child = new Map();
    this.parent = [0];
    this.frame = [0];
    this.self = [0];
  }

  step(node, name, frame) {
    const key = node * this.names + name;
    let next = this.child.get(key);
    if (next === undefined) {
      next = this.parent.length;
      this.child.set(key, next);
      this.parent.push(node);
      this.frame.push(frame);
      this.self.push(0);
    }
    return next;
  }

  /** In preorder, heaviest child first. @param {Tree} like @param {string} rootName */
  freeze(like, rootName) {
    const n = this.parent.length;
    const sum = Float64Array.from(this.self);
    for (let i = n - 1; i > 0; i--) sum[this.parent[i]] += sum[i];
    const kids = Array.from({length: n}, () => null);
    for (let i = 1; i < n; i++) (kids[this.parent[i]] = kids[this.parent[i]] || []).push(i);
    const depth = new Uint8Array(n - 1);
    const frame = new Uint32Array(n - 1);
    const self = new Float64Array(n);
    self[0] = this.self[0];
    const stack = [[0, 0]];
    let at = 0;
    while (stack.length) {
      const [node, d] = stack.pop();
      if (node !== 0) {
        depth[at] = d;
        frame[at] = this.frame[node];
        self[++at] = this.self[node];
      }
      if (kids[node] && d < MAX_DEPTH - 2) {
        kids[node].sort((a, b) => sum[a] - sum[b] || b - a);
        for (const k of kids[node]) stack.push([k, d + 1]);
      }
    }
    const cut = {depth: depth.subarray(0, at), frame: frame.subarray(0, at)};
    const tree = makeTree({...cut, names: like.names, frames: like.frames});
    tree.rootName = rootName;
    return {tree, total: totals(tree, self.subarray(0, at + 1)), self};
  }
}

/** Callers above and callees below one function, merged by name. Only the topmost of nested calls
 * counts, so recursion is not counted twice. @param {Tree} tree @param {number} name its id
 * @returns {{callers: any, callees: any, sum: number}} */
export function pivot(tree, self, total, name) {
  const up = new Trie(tree.names.length);
  const down = new Trie(tree.names.length);
  const nameIn = (i) => tree.frames.name[tree.frame[i]];
  const at = new Uint32Array(MAX_DEPTH + 1);
  let sum = 0;
  for (let i = 1; i < tree.n; ) {
    if (nameIn(i) !== name || !(total[i] > 0)) {
      i++;
      continue;
    }
    sum += total[i];
    let node = 0;
    for (let p = tree.parent[i]; p !== 0; p = tree.parent[p]) {
      node = up.step(node, nameIn(p), tree.frame[p]);
    }
    up.self[node] += total[i];
    const base = tree.depth[i];
    at[base] = 0;
    down.self[0] += self[i];
    for (let k = i + 1; k < tree.end[i]; k++) {
      if (!(total[k] > 0)) continue;
      at[tree.depth[k]] = down.step(at[tree.depth[k] - 1], nameIn(k), tree.frame[k]);
      down.self[at[tree.depth[k]]] += self[k];
    }
    i = tree.end[i];
  }
  const title = tree.names[name];
  return {callers: up.freeze(tree, title), callees: down.freeze(tree, title), sum};
}
