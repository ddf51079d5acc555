/* SPDX-License-Identifier: Apache-2.0 */
/* Sorting, filtering, folding and downloading of the tables that the program wrote. A cell's sort
 * key is its data-v, else its text. Only classes and the order of rows change: no cell is rewritten. */
import {byId, download, el, say} from './util.js';

const FOLD = 200; /* rows shown until "N more" is pressed */

/** Make every `table.sortable` of the page live. */
export function liveTables() {
  for (const table of document.querySelectorAll('table.sortable')) new LiveTable(table);
}

/** The value a cell sorts by. */
function keyOf(row, column) {
  const cell = row.cells[column];
  if (!cell || cell.colSpan > 1) return null; /* a row that has a reason in place of figures */
  const raw = cell.dataset.v;
  if (raw === undefined) return cell.textContent.trim().toLowerCase();
  return raw === '' ? null : raw === 'inf' ? Infinity : Number(raw);
}

/** Rows without a value go last in either direction; ties keep the order they had. */
export function compareKeys(a, b, sign) {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  if (typeof a === 'number' && typeof b === 'number') return a === b ? 0 : a < b ? -sign : sign;
  return String(a) === String(b) ? 0 : String(a) < String(b) ? -sign : sign;
}

class LiveTable {
  constructor(table) {
    this.table = table;
    this.body = table.tBodies[0];
    this.rows = [...this.body.rows];
    this.wanted = new Set();
    this.folded = this.rows.length > FOLD;
    const tools = byId(`${table.id}-tools`);
    if (tools) this.addTools(tools);
    this.addSorting();
    this.show();
  }

  addSorting() {
    [...this.table.tHead.rows[0].cells].forEach((th, column) => {
      if (th.classList.contains('nosort')) return;
      const text = th.textContent;
      const button = el('button', {type: 'button', class: 'sort'}, text);
      button.addEventListener('click', () => this.sort(th, column, text));
      th.replaceChildren(button);
    });
  }

  sort(th, column, text) {
    const now = th.getAttribute('aria-sort');
    const numeric = th.classList.contains('num');
    const falling = now ? now === 'ascending' : numeric;
    for (const other of this.table.tHead.rows[0].cells) other.removeAttribute('aria-sort');
    th.setAttribute('aria-sort', falling ? 'descending' : 'ascending');
    const keyed = this.rows.map((row) => [keyOf(row, column), row]);
    keyed.sort((a, b) => compareKeys(a[0], b[0], falling ? -1 : 1));
    this.rows = keyed.map((pair) => pair[1]);
    this.body.append(...this.rows);
    this.show();
    say(`sorted by ${text}, ${falling ? 'falling' : 'rising'}`);
  }

  addTools(tools) {
    tools.hidden = false;
    this.field = tools.querySelector('input');
    if (this.field) this.field.addEventListener('input', () => this.show(true));
    for (const chip of tools.querySelectorAll('button[data-status]')) {
      chip.addEventListener('click', () => {
        const on = chip.getAttribute('aria-pressed') !== 'true';
        chip.setAttribute('aria-pressed', String(on));
        if (on) this.wanted.add(chip.dataset.status);
        else this.wanted.delete(chip.dataset.status);
        this.show(true);
      });
    }
    const csv = tools.querySelector('button[data-csv]');
    if (csv) csv.addEventListener('click', () => download(csv.dataset.csv, 'text/csv', this.csv()));
    this.note = el('span', {class: 'muted'});
    tools.append(this.note);
  }

  show(speak) {
    const text = this.field ? this.field.value.trim().toLowerCase() : '';
    let shown = 0;
    let cut = 0;
    for (const row of this.rows) {
      const ok =
        (this.wanted.size === 0 || this.wanted.has(row.dataset.status)) &&
        (text === '' || row.textContent.toLowerCase().includes(text));
      const over = ok && this.folded && shown >= FOLD;
      row.hidden = !ok || over;
      if (over) cut++;
      else if (ok) shown++;
    }
    this.showMore(cut);
    const all = shown + cut === this.rows.length;
    if (this.note) this.note.textContent = all ? '' : `${shown + cut} of ${this.rows.length}`;
    if (speak) say(`${shown + cut} of ${this.rows.length} rows`);
  }

  showMore(cut) {
    if (!cut) {
      if (this.button) this.button.hidden = true;
      return;
    }
    if (!this.button) {
      this.button = el('button', {type: 'button', class: 'more'});
      this.button.addEventListener('click', () => {
        this.folded = false;
        this.show();
      });
      this.table.parentElement.after(this.button);
    }
    this.button.hidden = false;
    this.button.textContent = `${cut} more`;
  }

  /** The table as CSV: exact figures where a cell has them. */
  csv() {
    const heads = [...this.table.tHead.rows[0].cells].map((th) => th.textContent.trim());
    const lines = [heads.map(csvCell).join(',')];
    for (const row of this.rows) {
      lines.push([...row.cells].map((td) => csvCell(td.dataset.v ?? td.textContent.trim())).join(','));
    }
    return `${lines.join('\r\n')}\r\n`;
  }
}

/** One cell: quoted where needed; text that a spreadsheet would run is disarmed. */
export function csvCell(text) {
  const risky = /^[=+\-@\t\r]/.test(text) && !/^[+-]?[\d.]+(e[+-]?\d+)?$/i.test(text);
  const safe = risky ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
}
