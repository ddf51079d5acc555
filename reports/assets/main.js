/* SPDX-License-Identifier: Apache-2.0 */
/* The page comes alive: routes, keys, theme, and the data block read in. Without any of this the
 * tables stand as the program wrote them. */
import {callTree, readBlock} from './data.js';
import {Flow} from './flow.js';
import {Stacks} from './stacks.js';
import {showSource} from './source.js';
import {liveTables} from './table.js';
import {scopesIn, Timeline} from './charts.js';
import {byId, el, formatRoute, keep, parseRoute, say} from './util.js';

const root = document.documentElement;
root.classList.add('js');
const stored = keep.get('nocopy-theme');
if (stored === 'light' || stored === 'dark') root.dataset.theme = stored;

class App {
  start() {
    this.views = [...document.querySelectorAll('.view')].map((view) => view.id);
    this.extra = {};
    this.search = byId('search');
    this.metric = byId('metric');
    for (const control of document.querySelectorAll('.needs-js')) control.hidden = false;
    liveTables();
    this.listen();
    this.route = parseRoute(window.location.hash, this.views);
    this.apply();
    this.load();
  }

  listen() {
    window.addEventListener('hashchange', () => {
      this.route = parseRoute(window.location.hash, this.views);
      this.apply();
      if (this.route.view !== 'source' || !this.route.f) window.scrollTo(0, 0);
    });
    byId('theme').addEventListener('click', () => this.flipTheme());
    window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.redraw());
    this.metric.addEventListener('change', () => {
      this.go({m: this.metric.value});
      this.sortByMetric();
    });
    this.search.addEventListener('input', () => this.go({q: this.search.value.trim()}));
    this.search.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') this.search.blur();
      event.stopPropagation();
    });
    byId('help-open').addEventListener('click', () => byId('help').showModal());
    byId('help-close').addEventListener('click', () => byId('help').close());
    document.addEventListener('keydown', (event) => this.key(event));
    window.addEventListener('beforeprint', () => this.beforePrint());
    window.addEventListener('afterprint', () => this.afterPrint());
  }

  /** Change parts of the route, in the address as well. An empty part is dropped. */
  go(change) {
    this.route = {...this.route, ...this.extra, ...change};
    this.extra = {};
    if (change.view && change.view !== 'stacks') delete this.route.z;
    const {r, ...kept} = this.route; /* a range of time belongs to this run only */
    try {
      window.history.replaceState(null, '', formatRoute(kept));
    } catch {
      /* some viewers of local files forbid it: the page works, links don't */
    }
    this.apply();
  }

  /** Parts that go with the next change. */
  pending(change) {
    this.extra = change;
  }

  rangeScopes() {
    const [from, to] = (this.route.r || '').split('-').map(Number);
    return this.timeline && this.timeline.line ? scopesIn(this.timeline.line, from, to) : null;
  }

  apply() {
    const {view} = this.route;
    root.dataset.view = view;
    for (const section of document.querySelectorAll('.view')) {
      section.classList.toggle('on', section.id === view);
    }
    for (const tab of document.querySelectorAll('.tabs a')) {
      const to = tab.dataset.view;
      if (to === view) tab.setAttribute('aria-current', 'page');
      else tab.removeAttribute('aria-current');
      /* Metric and search go with the reader from view to view. */
      tab.hash = formatRoute({view: to, m: this.route.m, q: this.route.q});
    }
    if (document.activeElement !== this.search) this.search.value = this.route.q || '';
    if (this.route.m) this.metric.value = this.route.m;
    if (this.metric.selectedIndex < 0) this.metric.selectedIndex = 0;
    this.applyFilter();
    this.redraw();
  }

  /** In a table that has the chosen metric as a column, the heaviest come first. */
  sortByMetric() {
    const head = document.querySelector(`.view.on th[data-m="${this.metric.value}"]`);
    if (head && head.getAttribute('aria-sort') !== 'descending') head.querySelector('button').click();
  }

  /** The search of the head also filters the table of the view that is shown. */
  applyFilter() {
    const field = document.querySelector('.view.on .tools input[type="search"]');
    const query = this.route.q || '';
    if (!field || field.dataset.from === query || (!query && !field.dataset.from)) return;
    field.dataset.from = query;
    field.value = query;
    field.dispatchEvent(new Event('input'));
  }

  redraw() {
    const {view} = this.route;
    if (view === 'stacks' && this.stacks) this.stacks.show(this.route);
    if (view === 'flow' && this.flow) this.flow.show(this.route);
    if (view === 'source') showSource(this.route);
  }

  flipTheme() {
    const dark = root.dataset.theme
      ? root.dataset.theme === 'dark'
      : window.matchMedia('(prefers-color-scheme: dark)').matches;
    root.dataset.theme = dark ? 'light' : 'dark';
    keep.set('nocopy-theme', root.dataset.theme);
    say(`${root.dataset.theme} colours`);
    this.redraw();
  }

  key(event) {
    const tag = event.target.tagName;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (byId('help').open) return;
    if (tag === 'INPUT' || tag === 'TEXTAREA' || tag === 'SELECT') {
      if (event.key === 'Escape') event.target.blur();
      return;
    }
    const digit = Number(event.key);
    if (digit >= 1 && digit <= this.views.length) this.go({view: this.views[digit - 1]});
    else if (event.key === '/') this.search.focus();
    else if (event.key === 't') this.flipTheme();
    else if (event.key === '?') byId('help').showModal();
    else if (event.key === 'Escape') this.go({z: '', inv: '', f: ''});
    else return;
    event.preventDefault();
  }

  beforePrint() {
    this.opened = [...document.querySelectorAll('details:not([open])')];
    for (const part of this.opened) part.open = true;
    /* A4 landscape less margins is 1047 px wide at 96 dpi: shrink what is wider. */
    root.classList.add('printing');
    for (const table of document.querySelectorAll('table')) {
      for (let size = 9; size >= 5 && table.scrollWidth > 1040; size -= 0.5) {
        table.style.fontSize = `${size}px`;
      }
    }
    root.classList.remove('printing');
  }

  afterPrint() {
    for (const part of this.opened || []) part.open = false;
    for (const table of document.querySelectorAll('table')) table.style.fontSize = '';
  }

  async load() {
    try {
      const block = await readBlock(byId('d').textContent);
      const data = callTree(block);
      this.meta = block.meta;
      this.timeline = new Timeline(this.meta, this);
      this.stacks = new Stacks(data, this.meta, this);
      if (this.meta.flow) this.flow = new Flow(this.meta, this);
      this.redraw();
    } catch (error) {
      this.fail(error);
    }
    root.dataset.ready = '';
    performance.mark('nocopy-ready');
  }

  fail(error) {
    const text = `The graphs are missing: ${error.message}. The tables are complete. `
      + 'Making the report again usually helps.';
    byId('banners').append(el('p', {class: 'banner', role: 'alert'}, text));
    for (const live of document.querySelectorAll('.live')) {
      live.replaceChildren(el('p', {class: 'muted'}, `No graph here: ${error.message}.`));
    }
  }
}

const app = new App();
if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', () => app.start());
else app.start();
