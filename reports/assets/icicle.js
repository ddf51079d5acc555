/* SPDX-License-Identifier: Apache-2.0 */
/* The icicle: a call tree drawn on a canvas, root on top. Knows no metric and no phase: it draws
 * what the Stacks view computed. */
import {isInlined, nameOf, placeOf} from './tree.js';

export const ROW = 20;
const LEAST_WIDTH = 0.4; /* px; a narrower box is skipped with its subtree */
const FONT = '12px system-ui, "DejaVu Sans", sans-serif';

/** What is drawn: `side` 1 grows downwards from the root, -1 upwards (callers of a pivot).
 * @typedef {{tree: any, total: Float64Array, x: Float64Array, side: 1|-1, lit: Uint8Array|null}} Layer */

/** Colours by name from the style sheet, so that themes and the palette live in one place. */
export function readPalette() {
  const style = getComputedStyle(document.documentElement);
  const get = (name) => style.getPropertyValue(`--${name}`).trim();
  return {
    bg: get('bg'),
    fg: get('fg'),
    ink: get('ink'),
    link: get('link'),
    muted: get('muted'),
    roles: ['driver', 'indicator', 'library', 'alloc', 'copy'].map((r) => get(`role-${r}`)),
    grew: get('grew-fill'),
    shrank: get('shrank-fill'),
    same: get('role-driver'),
  };
}

/** A mix of two #rrggbb colours. */
export function mix(from, to, part) {
  const hex = (color, at) => parseInt(color.slice(at, at + 2), 16);
  const one = (at) => Math.round(hex(from, at) + (hex(to, at) - hex(from, at)) * part);
  return `rgb(${one(1)},${one(3)},${one(5)})`;
}

/** The boxes of one layer that are wide enough to be seen, from the zoomed node down.
 * @param {Layer} layer @param {number} zoom node @param {number} width px
 * @param {(node: number, left: number, width: number, row: number) => void} visit */
export function eachBox({tree, total, x}, zoom, width, visit) {
  const scale = total[zoom] > 0 ? width / total[zoom] : 0;
  if (!scale) return;
  const {depth, end} = tree;
  const x0 = x[zoom];
  for (let i = zoom; i < end[zoom]; ) {
    const wide = total[i] * scale;
    if (wide < LEAST_WIDTH) {
      i = end[i];
      continue;
    }
    visit(i, (x[i] - x0) * scale, wide, depth[i] - depth[zoom]);
    i++;
  }
}

/** The node under a point, or -1. @param {Layer} layer @param {number} row rows below the zoom */
export function nodeAt({tree, total, x}, zoom, width, left, row) {
  if (row < 0 || left < 0 || left >= width || !(total[zoom] > 0)) return -1;
  const value = x[zoom] + (left / width) * total[zoom];
  let node = zoom;
  for (let d = 0; d < row; d++) {
    let next = -1;
    for (let i = node + 1; i < tree.end[node]; i = tree.end[i]) {
      if (value >= x[i] && value < x[i] + total[i]) {
        next = i;
        break;
      }
    }
    if (next < 0) return -1;
    node = next;
  }
  return node;
}

/** How many rows are in use below a node, of boxes that would be drawn. */
export function rowsBelow(layer, zoom, width) {
  let rows = 0;
  eachBox(layer, zoom, width, (node, left, wide, row) => {
    if (row > rows) rows = row;
  });
  return rows + 1;
}

/** A drawing surface that follows the size of its canvas and the density of the screen. */
export class Icicle {
  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext('2d');
    this.palette = readPalette();
    this.layers = [];
    this.widths = new Map();
  }

  /** @param {{layers: Layer[], zoom: number, focus: number, focusLayer: number,
   *   color: (layer: Layer, node: number) => {fill: string, foot?: [string, string]}}} picture */
  draw(picture) {
    const {canvas, context: g} = this;
    const width = canvas.clientWidth || canvas.parentElement.clientWidth;
    this.picture = picture;
    this.width = width;
    const up = picture.layers.filter((l) => l.side < 0);
    const down = picture.layers.filter((l) => l.side > 0);
    /* A pivot's root row is shared: callers stand on it, callees hang from it. */
    this.upRows = up.reduce((most, l) => Math.max(most, rowsBelow(l, 0, width) - 1), 0);
    const below = down.reduce((most, l) => Math.max(most, rowsBelow(l, picture.zoom, width)), 1);
    this.above = up.length ? [] : ancestors(down[0].tree, picture.zoom);
    this.top = this.upRows + this.above.length;
    const rows = this.top + below;
    const height = Math.max(240, rows * ROW + 1);
    const dots = window.devicePixelRatio || 1;
    canvas.style.height = `${height}px`;
    const [w, h] = [Math.round(width * dots), Math.round(height * dots)];
    if (canvas.width !== w || canvas.height !== h) [canvas.width, canvas.height] = [w, h];
    g.setTransform(dots, 0, 0, dots, 0, 0);
    g.fillStyle = this.palette.bg;
    g.fillRect(0, 0, width, height);
    g.font = FONT;
    g.textBaseline = 'middle';
    this.hatch = this.makeHatch();
    this.above.forEach((node, row) => this.drawBox(down[0], node, 0, width, row, 0.5));
    for (const layer of up) {
      eachBox(layer, 0, width, (node, left, wide, row) => {
        if (row > 0) this.drawBox(layer, node, left, wide, this.top - row, 1);
      });
    }
    for (const layer of down) {
      eachBox(layer, picture.zoom, width, (node, left, wide, row) =>
        this.drawBox(layer, node, left, wide, this.top + row, 1));
    }
    this.drawFocus();
  }

  makeHatch() {
    const tile = document.createElement('canvas');
    tile.width = tile.height = 8;
    const g = tile.getContext('2d');
    g.strokeStyle = this.palette.ink;
    g.globalAlpha = 0.22;
    g.lineWidth = 1.5;
    g.beginPath();
    for (const shift of [-8, 0, 8]) {
      g.moveTo(shift, 8);
      g.lineTo(shift + 8, 0);
    }
    g.stroke();
    return this.context.createPattern(tile, 'repeat');
  }

  drawBox(layer, node, left, wide, row, strength) {
    const g = this.context;
    const {fill, foot, hatched} = this.picture.color(layer, node, this.palette);
    const y = row * ROW;
    const gap = wide > 2 ? 1 : 0;
    const dim = layer.lit && !layer.lit[node];
    g.globalAlpha = (dim ? 0.28 : 1) * strength;
    g.fillStyle = fill;
    g.fillRect(left, y, Math.max(wide - gap, LEAST_WIDTH), ROW - 1);
    if (hatched && wide > 3) {
      g.fillStyle = this.hatch;
      g.fillRect(left, y, wide - gap, ROW - 1);
    }
    if (foot && wide > 6) {
      const cut = (wide - gap) * foot.part;
      g.fillStyle = foot.grew;
      g.fillRect(left, y + ROW - 4, cut, 3);
      g.fillStyle = foot.shrank;
      g.fillRect(left + cut, y + ROW - 4, wide - gap - cut, 3);
    }
    if (wide >= 22) {
      g.globalAlpha = dim ? 0.55 : 1;
      g.fillStyle = this.palette.ink;
      g.fillText(this.fit(labelOf(layer.tree, node), wide - 9), left + 4, y + ROW / 2 - 0.5);
    }
    g.globalAlpha = 1;
  }

  /** As much of a text as fits. Widths are remembered: names repeat. */
  fit(text, room) {
    let known = this.widths.get(text);
    if (known === undefined) {
      if (this.widths.size > 20000) this.widths.clear();
      known = this.context.measureText(text).width;
      this.widths.set(text, known);
    }
    if (known <= room) return text;
    let keep = Math.floor((text.length * room) / known);
    while (keep > 0 && this.context.measureText(`${text.slice(0, keep)}\u2026`).width > room) keep--;
    return keep > 0 ? `${text.slice(0, keep)}\u2026` : '';
  }

  drawFocus() {
    const {focus, focusLayer, layers, zoom} = this.picture;
    const layer = layers[focusLayer || 0];
    if (!layer || focus < 0) return;
    const box = this.boxOf(layer, focus, zoom);
    if (!box) return;
    const g = this.context;
    g.lineWidth = 2;
    g.strokeStyle = this.palette.fg;
    g.strokeRect(box.left + 1, box.top + 1, Math.max(box.width - 2, 2), ROW - 3);
  }

  /** Where a node is drawn, or null when it is outside the zoom. */
  boxOf(layer, node, zoom) {
    const {tree, total, x} = layer;
    const base = layer.side < 0 ? 0 : zoom;
    const at = this.above.indexOf(node);
    if (at >= 0) return {left: 0, top: at * ROW, width: this.width};
    if (node < base || node >= tree.end[base] || !(total[base] > 0)) return null;
    const scale = this.width / total[base];
    const row = tree.depth[node] - tree.depth[base];
    return {
      left: (x[node] - x[base]) * scale,
      top: (this.top + layer.side * row) * ROW,
      width: total[node] * scale,
    };
  }

  /** What is under a point of the canvas, in CSS pixels. */
  hit(left, top) {
    if (!this.picture) return null;
    const row = Math.floor(top / ROW);
    if (row < this.above.length) return {layer: 0, node: this.above[row]};
    for (let k = 0; k < this.picture.layers.length; k++) {
      const layer = this.picture.layers[k];
      const down = layer.side > 0;
      const depth = down ? row - this.top : this.top - row;
      if (depth < (down ? 0 : 1)) continue;
      const node = nodeAt(layer, down ? this.picture.zoom : 0, this.width, left, depth);
      if (node >= 0) return {layer: k, node};
    }
    return null;
  }
}

export function labelOf(tree, node) {
  const place = placeOf(tree, node, false);
  const name = isInlined(tree, node) ? `${nameOf(tree, node)} (inlined)` : nameOf(tree, node);
  return place && place.includes(':') ? `${name} (${place})` : name;
}

function ancestors(tree, node) {
  const list = [];
  for (let i = node; i !== 0; ) {
    i = tree.parent[i];
    list.unshift(i);
  }
  return list;
}
