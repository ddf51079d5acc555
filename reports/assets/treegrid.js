/* SPDX-License-Identifier: Apache-2.0 */
/* The call tree as an ARIA treegrid: the same figures as the icicle for those who read or tab.
 * Rows are made when their parent is opened, PAGE at a time. */
import {children, isInlined, nameOf, placeOf} from './tree.js';
import {amount, delta, el, percent} from './util.js';

const PAGE = 50;

/** @param {HTMLElement} box emptied and filled
 * @param {{tree: any, total: Float64Array, self: Float64Array, start: number, unit: string,
 *   label: string, before?: Float64Array, after?: Float64Array,
 *   onZoom: (node: number) => void}} model */
export function showTreegrid(box, model) {
  const grid = new Treegrid(model);
  box.replaceChildren(grid.table);
  return grid;
}

class Treegrid {
  constructor(model) {
    this.model = model;
    const head = ['Function', model.label, 'Part', 'Itself', 'Place'];
    if (model.before) head.splice(1, 3, 'Before', 'After', '\u0394');
    this.body = el('tbody', {});
    this.table = el(
      'table',
      {role: 'treegrid', class: 'grid', 'aria-label': `Call tree by ${model.label}`},
      el('thead', {role: 'rowgroup'}, el('tr', {role: 'row'}, ...head.map((text, k) =>
        el('th', {role: 'columnheader', scope: 'col', class: k && k < 4 ? 'num' : null}, text)))),
      this.body,
    );
    this.body.setAttribute('role', 'rowgroup');
    this.body.append(this.row(model.start, 1, 1, 1));
    const first = this.body.firstElementChild;
    first.tabIndex = 0;
    this.open(first);
    this.body.addEventListener('keydown', (event) => this.key(event));
    this.body.addEventListener('click', (event) => this.click(event));
  }

  kids(node) {
    const {tree, total} = this.model;
    const list = children(tree, node).filter((i) => total[i] > 0);
    return list.sort((a, b) => total[b] - total[a] || a - b);
  }

  row(node, level, position, siblings) {
    const {tree, total, self, unit, start, before, after} = this.model;
    const has = this.kids(node).length > 0;
    const name = nameOf(tree, node) + (isInlined(tree, node) ? ' (inlined)' : '');
    const cells = before
      ? [amount(before[node], unit), amount(after[node], unit), delta(after[node] - before[node], unit)]
      : [amount(total[node], unit), percent(total[node], total[start]), amount(self[node], unit)];
    const pad = el('span', {class: 'indent', 'aria-hidden': 'true'}, has ? '\u25b8' : '');
    const first = el('th', {role: 'rowheader', scope: 'row', class: 'name'}, pad, name);
    first.style.paddingLeft = `${0.5 + Math.min(level - 1, 30) * 1.1}rem`;
    const row = el(
      'tr',
      {
        role: 'row',
        tabindex: -1,
        'aria-level': level,
        'aria-posinset': position,
        'aria-setsize': siblings,
        'aria-expanded': has ? 'false' : null,
      },
      first,
      ...cells.map((text) => el('td', {role: 'gridcell', class: 'num'}, text)),
      el('td', {role: 'gridcell', class: 'place', title: placeOf(tree, node, true)},
        placeOf(tree, node, false)),
    );
    row.node = node;
    return row;
  }

  level(row) {
    return Number(row.getAttribute('aria-level'));
  }

  mark(row, open) {
    row.setAttribute('aria-expanded', String(open));
    row.querySelector('.indent').textContent = open ? '\u25be' : '\u25b8';
  }

  /** Open a row; while there is but one child, that one too: nothing is to be chosen there. */
  open(row) {
    while (row.getAttribute('aria-expanded') === 'false') {
      this.mark(row, true);
      const rows = this.page(row.node, this.level(row) + 1, 0);
      row.after(...rows);
      if (rows.length > 1) return;
      row = rows[0];
    }
  }

  /** PAGE rows from the k-th child on, and a row that brings the rest. */
  page(node, level, from) {
    const kids = this.kids(node);
    const upto = Math.min(kids.length, from + PAGE);
    const rows = [];
    for (let k = from; k < upto; k++) rows.push(this.row(kids[k], level, k + 1, kids.length));
    if (upto < kids.length) {
      const cell = el('td', {role: 'gridcell', colspan: 5, class: 'name'},
        `${kids.length - upto} more\u2026`);
      cell.style.paddingLeft = `${1.6 + Math.min(level - 1, 30) * 1.1}rem`;
      const more = el('tr', {role: 'row', tabindex: -1, 'aria-level': level, class: 'more'}, cell);
      more.rest = {node, level, from: upto};
      rows.push(more);
    }
    return rows;
  }

  close(row) {
    if (row.getAttribute('aria-expanded') !== 'true') return;
    this.mark(row, false);
    const level = this.level(row);
    while (row.nextElementSibling && this.level(row.nextElementSibling) > level) {
      row.nextElementSibling.remove();
    }
  }

  more(row) {
    const rows = this.page(row.rest.node, row.rest.level, row.rest.from);
    row.replaceWith(...rows);
    this.focus(rows[0]);
  }

  focus(row) {
    if (!row) return;
    const old = this.body.querySelector('tr[tabindex="0"]');
    if (old) old.tabIndex = -1;
    row.tabIndex = 0;
    row.focus();
  }

  click(event) {
    const row = event.target.closest('tr');
    if (!row) return;
    if (row.rest) this.more(row);
    else if (row.getAttribute('aria-expanded') === 'true') this.close(row);
    else this.open(row);
    if (row.isConnected) this.focus(row);
  }

  parentOf(row) {
    const level = this.level(row);
    let above = row.previousElementSibling;
    while (above && this.level(above) >= level) above = above.previousElementSibling;
    return above;
  }

  key(event) {
    const row = event.target.closest('tr');
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
    const open = row.getAttribute('aria-expanded');
    const act = {
      ArrowDown: () => this.focus(row.nextElementSibling),
      ArrowUp: () => this.focus(row.previousElementSibling),
      ArrowRight: () => (open === 'false' ? this.open(row) : open && this.focus(row.nextElementSibling)),
      ArrowLeft: () => (open === 'true' ? this.close(row) : this.focus(this.parentOf(row))),
      Home: () => this.focus(this.body.firstElementChild),
      End: () => this.focus(this.body.lastElementChild),
      ' ': () => this.click(event),
      Enter: () => (row.rest ? this.more(row) : this.model.onZoom(row.node)),
    }[event.key];
    if (!act) return;
    act();
    event.preventDefault();
    event.stopPropagation();
  }
}
