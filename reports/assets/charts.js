/* SPDX-License-Identifier: Apache-2.0 */
/* The Time & sizes view: the program drew the timeline; a range chosen here, by dragging or with
 * the two sliders, limits Stacks to the scopes that were active in it. */
import {byId, bytes, duration, el, svg} from './util.js';

/** The scopes of the buckets between two of them, both included; -1: outside of any.
 * @param {{scope: number[]}} timeline */
export function scopesIn(timeline, from, to) {
  const set = new Set();
  for (let k = from; k <= to; k++) set.add(timeline.scope[k]);
  return set;
}

/** Largest and smallest live bytes of a range. */
export function rangeSummary({start, end, min, max}, from, to) {
  let low = Infinity;
  let high = 0;
  for (let k = from; k <= to; k++) {
    low = Math.min(low, min[k]);
    high = Math.max(high, max[k]);
  }
  return {low, high, startNs: start[from], endNs: end[to]};
}

export class Timeline {
  constructor(meta, app) {
    this.line = meta.timeline;
    this.scopes = meta.scopes;
    this.app = app;
    this.picture = byId('timeline');
    if (!this.picture || !this.line || !this.line.start.length) return;
    this.last = this.line.start.length - 1;
    this.from = 0;
    this.to = this.last;
    this.build();
  }

  build() {
    const plot = this.picture.dataset;
    this.left = Number(plot.left);
    this.width = Number(plot.width);
    this.shade = svg('rect', {class: 'range', y: plot.top, height: plot.height, x: 0, width: 0});
    this.picture.append(this.shade);
    const slider = (id, text, value) => {
      const input = el('input', {type: 'range', id, min: 0, max: this.last, value});
      input.addEventListener('input', () => this.slid());
      return [el('label', {for: id}, text), input];
    };
    this.words = el('span', {role: 'status'});
    this.link = el('button', {type: 'button', hidden: true}, 'Show these in Stacks');
    this.link.addEventListener('click', () => this.app.go({view: 'stacks', r: `${this.from}-${this.to}`, z: ''}));
    this.clear = el('button', {type: 'button', hidden: true}, 'Clear');
    this.clear.addEventListener('click', () => this.set(0, this.last));
    byId('timeline-live').replaceChildren(el('div', {class: 'pick'}, ...slider('range-from', 'From', 0),
      ...slider('range-to', 'To', this.last), this.words, this.link, this.clear));
    this.picture.addEventListener('pointerdown', (event) => {
      const start = this.bucketAt(event);
      const move = (e) => this.set(Math.min(start, this.bucketAt(e)), Math.max(start, this.bucketAt(e)));
      const stop = () => {
        window.removeEventListener('pointermove', move);
        window.removeEventListener('pointerup', stop);
      };
      window.addEventListener('pointermove', move);
      window.addEventListener('pointerup', stop);
      event.preventDefault();
    });
  }

  /** The bucket under the pointer: buckets are placed by time. */
  bucketAt(event) {
    const box = this.picture.getBoundingClientRect();
    const unit = ((event.clientX - box.left) / box.width) * this.picture.viewBox.baseVal.width;
    const {start, end} = this.line;
    const span = end[this.last] - start[0];
    const time = start[0] + Math.max(0, Math.min(1, (unit - this.left) / this.width)) * span;
    let k = 0;
    while (k < this.last && end[k] < time) k++;
    return k;
  }

  slid() {
    const a = Number(byId('range-from').value);
    const b = Number(byId('range-to').value);
    this.set(Math.min(a, b), Math.max(a, b));
  }

  set(from, to) {
    this.from = from;
    this.to = to;
    byId('range-from').value = from;
    byId('range-to').value = to;
    const {start, end} = this.line;
    const span = end[this.last] - start[0] || 1;
    const x = (ns) => this.left + ((ns - start[0]) / span) * this.width;
    const all = from === 0 && to === this.last;
    this.shade.setAttribute('x', x(start[from]));
    this.shade.setAttribute('width', all ? 0 : Math.max(2, x(end[to]) - x(start[from])));
    this.link.hidden = all;
    this.clear.hidden = all;
    if (all) {
      this.words.textContent = '';
      return;
    }
    const sum = rangeSummary(this.line, from, to);
    const names = [...scopesIn(this.line, from, to)].map((k) =>
      this.scopes[k] && this.scopes[k].name ? `${this.scopes[k].name} ${this.scopes[k].label}` : 'outside of any call');
    const shown = names.slice(0, 4).join(', ') + (names.length > 4 ? `, ${names.length - 4} more` : '');
    this.words.textContent = `${duration(sum.startNs)} to ${duration(sum.endNs)}: ${bytes(sum.low)} to `
      + `${bytes(sum.high)} live; ${shown}`;
  }
}
