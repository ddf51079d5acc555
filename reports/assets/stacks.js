/* SPDX-License-Identifier: Apache-2.0 */
/* The Stacks view: what the pickers say is summed up, then drawn as an icicle or a treegrid. Serves
 * the report and the diff; a diff has a `base.` column beside each metric. */
import {Icicle, labelOf, mix, readPalette, ROW} from './icicle.js';
import {showTreegrid} from './treegrid.js';
import {
  children, findByHash, isInlined, leftEdges, makeTree, matchFrames, nameOf, pathHash, pivot,
  placeOf, searchTree, selfValues, totals,
} from './tree.js';
import {amount, byId, count, delta, el, percent, say} from './util.js';

const ROLES = ['driver, program', 'indicator code', 'other library', 'allocating call',
  'copying call (hatched)'];

/** Nodes of sums that are kept for going back: of a large tree only the last two. */
const KEPT_VALUES = 3e6;

export class Stacks {
  /** @param {any} data as callTree() gives it @param {any} meta
   * @param {{go: (change: object) => void}} app */
  constructor(data, meta, app) {
    Object.assign(this, {data, meta, app, focus: -1, focusLayer: 0, zoom: 0});
    this.isDiff = meta.kind === 'diff';
    this.tree = makeTree(data);
    this.box = byId('stacks-live');
    this.sums = new Map(); /* per filter and metric: totals cost a pass over all cells */
    this.build();
  }

  build() {
    const picker = (key, label, options) => {
      const select = el('select', {id: `pick-${key}`},
        ...options.map(([value, text]) => el('option', {value}, text)));
      select.addEventListener('change', () => this.app.go({[key]: select.value, z: ''}));
      return [el('label', {for: select.id}, label), select];
    };
    const toggle = (text, key, title) => {
      const button = el('button', {type: 'button', 'aria-pressed': 'false', title}, text);
      button.addEventListener('click', () =>
        this.app.go({[key]: button.getAttribute('aria-pressed') === 'true' ? '' : '1'}));
      return button;
    };
    const named = [...new Set(this.meta.scopes.map((s) => s.name))].filter(Boolean).sort();
    const phases = this.meta.phases.map((p) => [p.id, p.label]);
    this.tableButton = toggle('Table', 't', 'the same tree as a table');
    this.callersButton = toggle('Callers', 'inv', 'callers above and callees below one function');
    this.callersButton.addEventListener('click', () => this.chooseFunction(), {capture: true});
    this.back = el('button', {type: 'button', title: 'Esc'}, 'Reset zoom');
    this.back.addEventListener('click', () => this.app.go({z: '', inv: '', f: ''}));
    const bar = el('div', {class: 'pick'});
    if (phases.length > 1) bar.append(...picker('p', 'Phase', [['', 'all'], ...phases]));
    if (named.length) {
      bar.append(...picker('i', 'Indicator', [['', 'all'], ...named.map((n) => [n, n])]));
    }
    if (this.isDiff) {
      bar.append(...picker('side', 'Width', [['', 'larger of both'], ['before', 'before'],
        ['after', 'after'], ['changes', 'changes only']]));
    } else bar.append(this.callersButton);
    bar.append(this.tableButton, this.back);
    this.crumbs = el('nav', {class: 'crumbs', 'aria-label': 'Zoomed path'});
    this.found = el('p', {class: 'found', role: 'status'});
    this.canvas = el('canvas', {
      tabindex: 0, role: 'application', 'aria-roledescription': 'icicle graph',
      'aria-label': 'Call stacks. Arrows move, Enter zooms, Escape resets. The Table button shows '
        + 'the same figures as a table.',
    });
    this.scroll = el('div', {class: 'canvas-box'}, this.canvas);
    this.grid = el('div', {class: 'scroll grid-box', hidden: true});
    this.tip = el('div', {class: 'tip', hidden: true, 'aria-hidden': 'true'});
    this.detail = el('div', {class: 'detail'});
    this.box.replaceChildren(bar, this.legend(),
      el('div', {class: 'path-row'}, this.crumbs, this.found), this.scroll, this.grid, this.detail,
      this.tip);
    this.icicle = new Icicle(this.canvas);
    this.listen();
  }

  legend() {
    const items = this.isDiff
      ? [['grew', '\u2191 grew or new'], ['shrank', '\u2193 shrank or gone'], ['same', 'the same']]
      : ['driver', 'indicator', 'library', 'alloc', 'copy'].map((key, k) => [key, ROLES[k]]);
    return el('p', {class: 'legend'}, ...items.map(([key, text]) =>
      el('span', {}, el('i', {class: `swatch sw-${key}`}), text)));
  }

  listen() {
    const {canvas} = this;
    canvas.addEventListener('pointermove', (event) => this.hover(event));
    canvas.addEventListener('pointerleave', () => (this.tip.hidden = true));
    canvas.addEventListener('click', (event) => {
      const hit = this.icicle.hit(event.offsetX, event.offsetY);
      if (!hit) return;
      this.setFocus(hit.node, hit.layer);
      if (this.route.inv) this.pivotOn(hit);
      else this.zoomTo(hit.node);
    });
    canvas.addEventListener('keydown', (event) => this.key(event));
    new ResizeObserver(() => {
      if (this.route && this.canvas.clientWidth !== this.drawnWidth) this.paint();
    }).observe(this.scroll);
  }

  /** Which scopes the pickers let through. */
  wanted() {
    const {i, p} = this.route;
    const range = this.route.r ? this.app.rangeScopes() : null;
    return Uint8Array.from(this.meta.scopes, (scope, k) =>
      (!i || scope.name === i) && (!p || scope.phase === p) && (!range || range.has(k)) ? 1 : 0);
  }

  /** Self values, totals and positions for a metric under the current filter. */
  sum(metric) {
    const wanted = this.wanted();
    const side = this.isDiff ? this.route.side || '' : '';
    const key = `${metric}|${side}|${wanted.join('')}`;
    let known = this.sums.get(key);
    if (known) return known;
    const {tree, data} = this;
    const after = selfValues(tree, data, data.metric(metric), wanted);
    known = {after};
    let self = after;
    if (this.isDiff) {
      const before = selfValues(tree, data, data.metric(`base.${metric}`), wanted);
      const pick = {before: (b) => b, after: (b, a) => a, changes: (b, a) => Math.abs(a - b)}[side]
        || Math.max;
      self = before.map((b, k) => pick(b, after[k]));
      known.before = totals(tree, before);
      known.after = totals(tree, after);
      known.grew = totals(tree, before.map((b, k) => Math.max(after[k] - b, 0)));
      known.shrank = totals(tree, before.map((b, k) => Math.max(b - after[k], 0)));
    }
    known.self = self;
    known.total = totals(tree, self);
    known.x = leftEdges(tree, known.total);
    this.sums.set(key, known);
    const most = Math.max(2, Math.min(12, Math.floor(KEPT_VALUES / tree.n)));
    while (this.sums.size > most) this.sums.delete(this.sums.keys().next().value);
    return known;
  }

  /** Show what the route says. @param {any} route */
  show(route) {
    const before = this.route;
    this.route = route;
    this.metric = this.meta.metrics.find((m) => m.id === route.m) || this.meta.metrics[0];
    for (const [key, value] of [['p', route.p], ['i', route.i], ['side', route.side]]) {
      const select = byId(`pick-${key}`);
      if (select) select.value = value || '';
      if (select && select.selectedIndex < 0) select.value = '';
    }
    this.view = this.sum(this.metric.id);
    if (!before || before.z !== route.z) this.zoom = route.z ? findByHash(this.tree, route.z) : 0;
    if (!(this.view.total[this.zoom] > 0)) this.zoom = 0;
    this.search(route.q || '');
    this.tableButton.setAttribute('aria-pressed', String(!!route.t));
    this.callersButton.setAttribute('aria-pressed', String(!!route.inv));
    this.pivoted = route.inv ? this.makePivot(route) : null;
    this.back.hidden = !(this.zoom || route.inv);
    this.showCrumbs();
    this.paint();
    this.showDetail();
  }

  search(query) {
    this.lit = null;
    this.found.textContent = '';
    if (!query) return;
    if (this.flagsOf !== query) {
      this.flags = matchFrames(this.tree, query);
      this.flagsOf = query;
    }
    const result = searchTree(this.tree, this.view.total, this.flags);
    this.lit = result.lit;
    this.share = result.sum;
    const whole = this.view.total[0];
    this.found.textContent = result.functions
      ? `\u201c${query}\u201d: ${count(result.functions)} function${result.functions > 1 ? 's' : ''}, `
        + `${percent(result.sum, whole)} of ${this.metric.label} (${amount(result.sum, this.metric.unit)})`
      : `\u201c${query}\u201d: no function or file of that name in this selection`;
  }

  /** The function to turn around: the one in focus, else the heaviest that the search found. */
  chooseFunction() {
    const named = this.focus > 0 && !this.route.inv ? nameOf(this.tree, this.focus) : '';
    this.app.pending({f: named || this.heaviestFunction()});
  }

  heaviestFunction() {
    const {tree, view, lit} = this;
    const sum = new Map();
    for (let i = 1; i < tree.n; i++) {
      const f = tree.frame[i];
      const role = tree.frames.role[f] & 127;
      if (lit ? this.flags[f] : role === 3 || role === 4) {
        sum.set(f, (sum.get(f) || 0) + view.total[i]);
      }
    }
    const best = [...sum].sort((a, b) => b[1] - a[1])[0];
    return best ? tree.names[tree.frames.name[best[0]]] : '';
  }

  makePivot(route) {
    const wanted = route.f || this.heaviestFunction();
    const name = this.tree.names.indexOf(wanted);
    if (name < 0) return null;
    const key = `${wanted}|${this.metric.id}|${this.wanted().join('')}`;
    if (this.pivotKey === key) return this.pivotMade;
    this.pivotKey = key;
    this.pivotMade = pivot(this.tree, this.view.self, this.view.total, name);
    return this.pivotMade;
  }

  layers() {
    if (!this.pivoted) {
      return [{tree: this.tree, total: this.view.total, x: this.view.x, side: 1, lit: this.lit}];
    }
    return [[this.pivoted.callees, 1], [this.pivoted.callers, -1]].map(([half, side]) =>
      ({...half, x: leftEdges(half.tree, half.total), side, lit: null}));
  }

  paint() {
    const empty = !(this.view.total[0] > 0) || (this.route.inv && !this.pivoted);
    const table = !!this.route.t;
    this.scroll.hidden = table || empty;
    this.grid.hidden = !table || empty;
    this.crumbs.hidden = empty;
    if (empty) {
      this.found.textContent = this.emptyText();
      return;
    }
    if (table) {
      this.paintGrid();
      return;
    }
    if (this.scroll.clientWidth === 0) return; /* the view is not on the page now */
    this.icicle.palette = readPalette();
    this.picture = {
      layers: this.layers(), zoom: this.pivoted ? 0 : this.zoom, focus: this.focus,
      focusLayer: this.focusLayer, color: (l, n, p) => this.color(l, n, p),
    };
    this.drawnWidth = this.canvas.clientWidth;
    this.icicle.draw(this.picture);
    if (this.pivoted) this.scroll.scrollTop = Math.max(0, this.icicle.top * ROW - 120);
  }

  emptyText() {
    const {i, p} = this.route;
    const phase = this.meta.phases.find((x) => x.id === p);
    const where = [i && `in ${i}`, phase && `in phase ${phase.label}`].filter(Boolean).join(', ');
    return `Nothing here: no ${this.metric.label} ${where || 'in this profile'}.`;
  }

  paintGrid() {
    const half = this.pivoted ? this.pivoted.callers : null;
    showTreegrid(this.grid, {
      tree: half ? half.tree : this.tree,
      total: half ? half.total : this.view.total,
      self: half ? half.self : this.view.self,
      before: this.isDiff ? this.view.before : null,
      after: this.isDiff ? this.view.after : null,
      start: half ? 0 : this.zoom,
      unit: this.metric.unit,
      label: half ? `${this.metric.label}, by caller` : this.metric.label,
      onZoom: (node) => !half && this.zoomTo(node),
    });
  }

  color(layer, node, palette) {
    if (!this.isDiff) {
      const role = node === 0 ? 0 : layer.tree.frames.role[layer.tree.frame[node]] & 127;
      if (this.pivoted && node === 0) return {fill: palette.roles[1]};
      return {fill: palette.roles[role] || palette.roles[0], hatched: role === 4};
    }
    const {before, after, grew, shrank} = this.view;
    const change = after[node] - before[node];
    const strength = Math.abs(change) / Math.max(before[node], after[node], 1);
    const both = grew[node] > 0 && shrank[node] > 0;
    return {
      fill: change === 0 ? palette.same
        : mix(palette.same, change > 0 ? palette.grew : palette.shrank, 0.3 + 0.7 * strength),
      foot: both ? {part: grew[node] / (grew[node] + shrank[node]), grew: palette.grew,
        shrank: palette.shrank} : null,
    };
  }

  zoomTo(node) {
    if (node === this.zoom) return;
    this.app.go({z: node === 0 ? '' : pathHash(this.tree, node), inv: '', f: ''});
  }

  pivotOn(hit) {
    const layer = this.picture.layers[hit.layer];
    this.focus = -1;
    if (hit.node) this.app.go({f: nameOf(layer.tree, hit.node)});
  }

  showCrumbs() {
    const path = [];
    for (let i = this.zoom; ; i = this.tree.parent[i]) {
      path.unshift(i);
      if (i === 0) break;
    }
    if (this.pivoted) {
      this.crumbs.replaceChildren(el('span', {class: 'crumb'},
        `callers above, callees below: ${this.pivoted.callers.tree.rootName}`));
      return;
    }
    this.crumbs.replaceChildren(...path.map((node) => {
      const here = node === this.zoom;
      const crumb = el('button', {type: 'button', class: 'crumb',
        'aria-current': here ? 'true' : null}, nameOf(this.tree, node));
      crumb.addEventListener('click', () => this.zoomTo(node));
      return crumb;
    }));
  }

  /** One node in words. */
  describe(layer, node) {
    const {tree, total} = layer;
    const unit = this.metric.unit;
    const lines = [`${amount(total[node], unit)} ${this.metric.label}, ${percent(total[node], total[0])} of all shown`];
    if (this.isDiff) {
      const {before, after} = this.view;
      lines[0] = `${amount(before[node], unit)} \u2192 ${amount(after[node], unit)}, `
        + `${delta(after[node] - before[node], unit)} ${this.metric.label}`;
    } else if (!this.pivoted) {
      lines.push(`itself ${amount(this.view.self[node], unit)}`);
    }
    const name = nameOf(tree, node) + (isInlined(tree, node) ? ' (inlined)' : '');
    return {name, place: placeOf(tree, node, true), lines};
  }

  hover(event) {
    const hit = this.icicle.hit(event.offsetX, event.offsetY);
    this.canvas.style.cursor = hit ? 'pointer' : 'default';
    this.tip.hidden = !hit;
    if (!hit) return;
    const text = this.describe(this.picture.layers[hit.layer], hit.node);
    this.tip.replaceChildren(el('b', {}, text.name), el('code', {}, text.place),
      ...text.lines.map((line) => el('span', {}, line)));
    const room = document.documentElement.clientWidth - this.tip.offsetWidth - 8;
    this.tip.style.left = `${Math.max(4, Math.min(event.clientX + 14, room))}px`;
    const below = event.clientY + 18 + this.tip.offsetHeight < window.innerHeight;
    this.tip.style.top = `${below ? event.clientY + 18 : event.clientY - this.tip.offsetHeight - 10}px`;
  }

  setFocus(node, layer) {
    this.focus = node;
    this.focusLayer = layer || 0;
    this.showDetail();
  }

  showDetail() {
    const layer = this.picture && this.picture.layers[this.focusLayer];
    const hint = this.isDiff
      ? 'Width is the larger of before and after, colour is what became of it. Click zooms, Esc resets.'
      : 'Width is the chosen metric. Callers above, callees below. Click zooms, Esc resets.';
    if (!layer || this.focus < 0 || this.focus >= layer.tree.n) {
      this.detail.replaceChildren(el('span', {class: 'muted'}, hint));
      return;
    }
    const text = this.describe(layer, this.focus);
    const parts = [el('b', {}, text.name), ' ', el('code', {}, text.place), ' \u00b7 ',
      text.lines.join(' \u00b7 ')];
    const line = byId(this.sourceId(layer, this.focus));
    if (line) parts.push(' \u00b7 ', el('a', {href: `#source?f=${line.id}`}, 'show source'));
    this.detail.replaceChildren(...parts);
  }

  sourceId(layer, node) {
    if (node === 0) return 'none';
    const f = layer.tree.frame[node];
    const at = this.meta.files.indexOf(layer.tree.names[layer.tree.frames.file[f]]);
    return at < 0 ? 'none' : `L${at}-${layer.tree.frames.line[f]}`;
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || this.pivoted) return;
    const {tree, view} = this;
    const at = this.focus < 0 ? this.zoom : this.focus;
    const kids = (node) => children(tree, node).filter((i) => view.total[i] > 0);
    const beside = (step) => {
      const row = kids(tree.parent[at]);
      return at === 0 ? 0 : row[Math.max(0, Math.min(row.length - 1, row.indexOf(at) + step))];
    };
    const moves = {
      ArrowDown: () => kids(at).reduce((best, i) => (best < 0 || view.total[i] > view.total[best] ? i : best), -1),
      ArrowUp: () => (at === 0 ? 0 : tree.parent[at]),
      ArrowRight: () => beside(1),
      ArrowLeft: () => beside(-1),
    };
    if (event.key === 'Enter') this.zoomTo(at);
    else if (moves[event.key]) this.move(this.focus < 0 ? at : moves[event.key]());
    else return;
    event.preventDefault();
  }

  move(node) {
    if (node < 0) return;
    this.focus = node;
    this.focusLayer = 0;
    if (!this.icicle.boxOf(this.picture.layers[0], node, this.zoom)) this.zoomTo(node);
    this.paint();
    this.showDetail();
    const layer = this.picture.layers[0];
    const text = this.describe(layer, node);
    say(`${labelOf(layer.tree, node)}, ${text.lines.join(', ')}`);
  }
}
