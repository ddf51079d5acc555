/* SPDX-License-Identifier: Apache-2.0 */
/* The Copy flow view: buffers in layers, copies as bands between them. Cycles are drawn as dashed
 * bands that run back. The table below the picture, written by the program, says the same. */
import {baseName, byId, bytes, count, el, svg} from './util.js';

const WIDTH = 1320;
const BAR = 14;
const GAP = 46; /* room for two lines of text under a thin bar */

/** Layers of buffers: an edge leads from a lower layer to a higher one, but for those that close a
 * cycle (`back`). @param {number} n @param {{from: number, to: number}[]} edges */
export function layersOf(n, edges) {
  const out = Array.from({length: n}, () => []);
  edges.forEach((edge, k) => out[edge.from].push(k));
  const state = new Uint8Array(n); /* 0 new, 1 on the path, 2 done */
  const back = new Uint8Array(edges.length);
  const order = [];
  for (let start = 0; start < n; start++) {
    if (state[start]) continue;
    const path = [[start, 0]];
    state[start] = 1;
    while (path.length) {
      const top = path[path.length - 1];
      const next = out[top[0]][top[1]++];
      if (next === undefined) {
        state[top[0]] = 2;
        order.push(top[0]);
        path.pop();
        continue;
      }
      const to = edges[next].to;
      if (state[to] === 1) back[next] = 1;
      else if (state[to] === 0) {
        state[to] = 1;
        path.push([to, 0]);
      }
    }
  }
  const layer = new Uint32Array(n);
  for (const node of order.reverse()) {
    for (const k of out[node]) {
      if (!back[k]) layer[edges[k].to] = Math.max(layer[edges[k].to], layer[node] + 1);
    }
  }
  return {layer, back};
}

/** Positions: {nodes: [{x, y, height}], bands: [{y0, y1, width}], height}. */
export function placeFlow(flow, width) {
  const {nodes, edges} = flow;
  const {layer, back} = layersOf(nodes.length, edges);
  const layers = [];
  nodes.forEach((node, k) => (layers[layer[k]] = layers[layer[k]] || []).push(k));
  const inSum = new Float64Array(nodes.length);
  const outSum = new Float64Array(nodes.length);
  edges.forEach((e) => {
    outSum[e.from] += e.bytes;
    inSum[e.to] += e.bytes;
  });
  const weight = nodes.map((node, k) => Math.max(inSum[k], outSum[k]));
  const heaviest = Math.max(1, ...layers.map((list) => list.reduce((s, k) => s + weight[k], 0)));
  const scale = 300 / heaviest;
  const placed = nodes.map(() => ({x: 0, y: 0, height: 0}));
  const center = (k) => placed[k].y + placed[k].height / 2;
  let deepest = 0;
  layers.forEach((list, d) => {
    const pull = (k) => {
      let sum = 0;
      let mass = 0;
      edges.forEach((e, i) => {
        if (e.to === k && !back[i] && layer[e.from] < d) {
          sum += center(e.from) * e.bytes;
          mass += e.bytes;
        }
      });
      return mass ? sum / mass : null;
    };
    const keyed = list.map((k) => ({k, pull: pull(k)}));
    keyed.sort((a, b) => (a.pull ?? 1e9) - (b.pull ?? 1e9) || weight[b.k] - weight[a.k]);
    let y = 12;
    for (const {k, pull: wish} of keyed) {
      const height = Math.max(3, weight[k] * scale);
      if (wish !== null) y = Math.max(y, wish - height / 2);
      placed[k] = {x: layers.length > 1 ? (d * (width - 320)) / (layers.length - 1) : 0, y, height};
      y += Math.max(height + 14, GAP);
    }
    deepest = Math.max(deepest, y);
  });
  const outAt = placed.map((p) => p.y);
  const inAt = placed.map((p) => p.y);
  const order = edges.map((e, k) => k).sort((a, b) => center(edges[a].to) - center(edges[b].to));
  const bands = edges.map(() => null);
  for (const k of order) {
    const thick = Math.max(1.5, edges[k].bytes * scale);
    /* A wide band that turns back would cover what it passes: its words say how much it is. */
    const shown = back[k] ? Math.min(thick, 8) : thick;
    bands[k] = {y0: outAt[edges[k].from] + thick / 2, y1: 0, thick, width: shown, back: !!back[k]};
    outAt[edges[k].from] += thick;
  }
  const byFrom = [...order].sort((a, b) => center(edges[a].from) - center(edges[b].from));
  for (const k of byFrom) {
    bands[k].y1 = inAt[edges[k].to] + bands[k].thick / 2;
    inAt[edges[k].to] += bands[k].thick;
  }
  return {nodes: placed, bands, height: deepest + 20};
}

function bandPath(a, b, band) {
  const x0 = a.x + BAR;
  const x1 = b.x;
  if (band.back) {
    if (a === b) { /* a block that is copied into itself, as one that grows is */
      const [top, foot] = [a.y + 2, a.y + Math.max(a.height, 8) - 2];
      return `M${x0},${top} C${x0 + 34},${top} ${x0 + 34},${foot} ${x0},${foot}`;
    }
    const low = Math.max(a.y + a.height, b.y + b.height) + 40;
    return `M${x0},${band.y0} C${x0 + 70},${low} ${x1 - 70},${low} ${x1},${band.y1}`;
  }
  const mid = (x0 + x1) / 2;
  return `M${x0},${band.y0} C${mid},${band.y0} ${mid},${band.y1} ${x1},${band.y1}`;
}

/** The edges of an indicator, the rest past `most` put together by what they join. */
export function selectFlow(flow, indicator, most) {
  let edges = flow.edges.filter((e) => !indicator || e.scope === indicator);
  edges = [...edges].sort((a, b) => b.bytes - a.bytes);
  const others = edges.slice(most);
  edges = edges.slice(0, most);
  const index = new Map();
  const nodes = [];
  const place = (k) => {
    if (!index.has(k)) {
      index.set(k, nodes.length);
      nodes.push(flow.nodes[k]);
    }
    return index.get(k);
  };
  const out = edges.map((e) => ({...e, from: place(e.from), to: place(e.to), edge: e}));
  const rest = {n: others.length, bytes: others.reduce((s, e) => s + e.bytes, 0)};
  return {nodes, edges: out, others: rest};
}

export class Flow {
  constructor(meta, app) {
    Object.assign(this, {flow: meta.flow, app, box: byId('flow-live')});
  }

  show(route) {
    if (!this.box || !this.flow.edges.length) return;
    const picked = selectFlow(this.flow, route.i, 30);
    this.detail = el('div', {class: 'detail', role: 'status'}, 'Choose a band to see its call site.');
    const names = [...new Set(this.flow.edges.map((e) => e.scope))].filter(Boolean).sort();
    const select = el('select', {id: 'flow-i'}, el('option', {value: ''}, 'all'),
      ...names.map((name) => el('option', {value: name}, name)));
    select.value = names.includes(route.i) ? route.i : '';
    select.addEventListener('change', () => this.app.go({i: select.value}));
    const bar = el('div', {class: 'pick'}, el('label', {for: 'flow-i'}, 'Indicator'), select);
    const parts = [bar, this.legend()];
    if (picked.edges.length) parts.push(this.draw(picked));
    else parts.push(el('p', {class: 'muted'}, `No copies seen in ${route.i}.`));
    if (picked.others.n) {
      parts.push(el('p', {class: 'muted'},
        `and ${count(picked.others.n)} others, ${bytes(picked.others.bytes)}: in the table below`));
    }
    this.box.replaceChildren(...parts, this.detail);
  }

  legend() {
    const item = (key, text) => el('span', {}, el('i', {class: `swatch sw-${key}`}), text);
    return el('p', {class: 'legend'}, item('needless', 'needless copy'), item('needed', 'needed copy'),
      item('input', 'input'), item('scratch', 'scratch'), item('output', 'output'),
      item('library', 'library or no block'), el('span', {}, 'dashed: runs back'));
  }

  draw(picked) {
    const placed = placeFlow(picked, WIDTH);
    const root = svg('svg', {
      viewBox: `0 0 ${WIDTH} ${placed.height}`, class: 'flow', role: 'group',
      'aria-label': 'Copies between buffers',
    });
    picked.edges.forEach((edge, k) => root.append(this.band(picked, placed, edge, k)));
    picked.nodes.forEach((node, k) => root.append(this.node(node, placed.nodes[k])));
    return el('div', {class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Copy flow'}, root);
  }

  band(picked, placed, edge, k) {
    const from = picked.nodes[edge.from];
    const to = picked.nodes[edge.to];
    const band = placed.bands[k];
    const d = bandPath(placed.nodes[edge.from], placed.nodes[edge.to], band);
    const words = `${bytes(edge.bytes)} from ${label(from)} to ${label(to)}, ${count(edge.copies)} copies, `
      + `${edge.needless ? `${bytes(edge.needless)} needless` : 'needed'}`;
    const group = svg('g', {class: 'band', tabindex: 0, role: 'button', 'aria-label': words});
    const dash = band.back ? '8 5' : null;
    group.append(svg('title', {}, words));
    group.append(svg('path', {d, class: edge.needless ? 'needless' : 'needed', fill: 'none',
      'stroke-width': band.width, 'stroke-dasharray': dash}));
    if (edge.needless && edge.needless < edge.bytes) {
      group.append(svg('path', {d, class: 'needed', fill: 'none', 'stroke-dasharray': dash,
        'stroke-width': band.width * (1 - edge.needless / edge.bytes)}));
    }
    const pick = () => this.pick(edge.edge, words, group);
    group.addEventListener('click', pick);
    group.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' && event.key !== ' ') return;
      pick();
      event.preventDefault();
    });
    return group;
  }

  node(node, at) {
    const text = svg('text', {x: at.x + BAR + 5, y: at.y + 11, class: 'halo'});
    text.append(label(node));
    const under = svg('text', {x: at.x + BAR + 5, y: at.y + 25, class: 'halo small'});
    under.append(node.bytes ? `${node.role} \u00b7 ${bytes(node.bytes)}` : node.role);
    return svg('g', {}, svg('rect', {x: at.x, y: at.y, width: BAR, height: at.height,
      class: `buf-${node.role}`}), text, under);
  }

  pick(edge, words, group) {
    for (const old of this.box.querySelectorAll('.band.on')) old.classList.remove('on');
    group.classList.add('on');
    const place = edge.file ? `${edge.file}${edge.line ? `:${edge.line}` : ''}` : '';
    const parts = [el('b', {}, words), el('br')];
    if (edge.function) parts.push('copied in ', el('code', {}, `${edge.function} ${place}`));
    else parts.push('no copying call shows it: found by equal content');
    if (edge.scope) {
      parts.push(' \u00b7 ', el('a', {href: `#stacks?i=${encodeURIComponent(edge.scope)}&m=copied`},
        'show stacks'));
    }
    const line = byId(edge.anchor || 'none');
    if (line) parts.push(' \u00b7 ', el('a', {href: `#source?f=${edge.anchor}`}, 'show source'));
    this.detail.replaceChildren(...parts);
  }
}

function label(node) {
  const place = node.file ? ` (${baseName(node.file)}${node.line ? `:${node.line}` : ''})` : '';
  return (node.function || (node.role === 'input' ? 'caller\u2019s memory' : 'no heap block')) + place;
}
