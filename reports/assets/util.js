/* SPDX-License-Identifier: Apache-2.0 */
/* Small things that every view needs: elements, figures in words, hashes of paths, the route. */

/** The query of all ids the page is made of. @param {string} id */
export const byId = (id) => document.getElementById(id);

/** A new element. Text goes in as text, never as markup.
 * @param {string} tag
 * @param {Record<string, any>} [attrs] attributes; `class`, `aria-*`, `data-*` as written in HTML
 * @param {...(Node|string|null)} kids */
export function el(tag, attrs, ...kids) {
  const node = document.createElement(tag);
  setAttrs(node, attrs);
  for (const kid of kids) if (kid !== null && kid !== undefined) node.append(kid);
  return node;
}

/** A new SVG element, see `el`. */
export function svg(tag, attrs, ...kids) {
  const node = document.createElementNS('http://www.w3.org/2000/svg', tag);
  setAttrs(node, attrs);
  for (const kid of kids) if (kid !== null && kid !== undefined) node.append(kid);
  return node;
}

function setAttrs(node, attrs) {
  for (const [name, value] of Object.entries(attrs || {})) {
    if (value === true) node.setAttribute(name, '');
    else if (value !== false && value !== null && value !== undefined) {
      node.setAttribute(name, String(value));
    }
  }
}

/** Three significant digits, as the C side writes them: 4.88, 78.1, 604. */
function digits3(x) {
  return x >= 99.95 ? x.toFixed(0) : x >= 9.995 ? x.toFixed(1) : x.toFixed(2);
}

/** Bytes in words, as the C side writes them: `0`, `512 B`, `78.1 KiB`. @param {number} n */
export function bytes(n) {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];
  const sign = n < 0 ? '\u2212' : '';
  let size = Math.abs(n);
  let unit = 0;
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1024;
    unit++;
  }
  if (size === 0) return '0';
  return `${sign}${unit ? digits3(size) : Math.round(size)} ${units[unit]}`;
}

/** A count with thousands separated. @param {number} n */
export function count(n) {
  return String(Math.round(n)).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** Any metric's value in its unit. @param {number} n @param {'bytes'|'count'} unit */
export const amount = (n, unit) => (unit === 'count' ? count(n) : bytes(n));

/** A signed amount: + is more. */
export const delta = (n, unit) =>
  n === 0 ? '0' : `${n > 0 ? '+' : '\u2212'}${amount(Math.abs(n), unit)}`;

/** Part of a whole: `12.5 %`. */
export function percent(part, whole) {
  if (!(whole > 0)) return '0 %';
  const p = (100 * part) / whole;
  return `${p >= 99.95 ? p.toFixed(0) : p >= 0.095 || p === 0 ? p.toFixed(1) : '<0.1'} %`;
}

/** Nanoseconds in words. */
export function duration(ns) {
  if (ns < 1e3) return `${Math.round(ns)} ns`;
  if (ns < 1e6) return `${digits3(ns / 1e3)} \u00b5s`;
  if (ns < 1e9) return `${digits3(ns / 1e6)} ms`;
  return `${digits3(ns / 1e9)} s`;
}

/** The last part of a path. @param {string} path */
export const baseName = (path) => path.slice(path.lastIndexOf('/') + 1);

/** A running 64-bit FNV-1a as two halves: BigInt is thirty times slower. */
export const fnvStart = () => ({hi: 0xcbf29ce4, lo: 0x84222325});

/** One more name on a hash, closed by a zero byte so that ab,c differs from a,bc. The prime is
 * 2^40 + 0x1b3. @param {{hi: number, lo: number}} hash @param {Uint8Array} name */
export function fnvAdd({hi, lo}, name) {
  for (let i = 0; i <= name.length; i++) {
    if (i < name.length) lo = (lo ^ name[i]) >>> 0;
    const low = lo * 0x1b3;
    hi = (hi * 0x1b3 + Math.floor(low / 0x100000000) + lo * 256) % 0x100000000;
    lo = low % 0x100000000;
  }
  return {hi, lo};
}

/** 16 hexadecimal digits. */
export const fnvText = ({hi, lo}) =>
  hi.toString(16).padStart(8, '0') + lo.toString(16).padStart(8, '0');

const encoder = new TextEncoder();
/** UTF-8 of a string. @param {string} text */
export const utf8 = (text) => encoder.encode(text);

/** `#stacks?i=kama&m=copied` in parts. What it does not know is dropped.
 * @param {string} hash @param {string[]} views the first is the default */
export function parseRoute(hash, views) {
  const text = hash.replace(/^#/, '');
  const cut = text.indexOf('?');
  const name = cut < 0 ? text : text.slice(0, cut);
  const route = {view: views.includes(name) ? name : views[0]};
  if (route.view !== name || cut < 0) return route;
  for (const [key, value] of new URLSearchParams(text.slice(cut + 1))) {
    if (['i', 'p', 'm', 'q', 'z', 'inv', 'f', 't', 'side'].includes(key) && value.length <= 400) {
      route[key] = value;
    }
  }
  return route;
}

/** The inverse of parseRoute: keys with an empty value are left out. */
export function formatRoute(route) {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(route)) {
    if (key !== 'view' && value !== undefined && value !== null && value !== '') {
      query.set(key, value);
    }
  }
  const text = query.toString();
  return `#${route.view}${text ? `?${text}` : ''}`;
}

/** Storage that may be forbidden (file:, private windows): then nothing is kept. */
export const keep = {
  get(key) {
    try {
      return window.localStorage.getItem(key);
    } catch {
      return null;
    }
  },
  set(key, value) {
    try {
      window.localStorage.setItem(key, value);
    } catch {
      /* the choice lasts as long as the page */
    }
  },
};

/** Hand the reader a file made here. */
export function download(name, type, text) {
  const url = URL.createObjectURL(new Blob([text], {type}));
  const link = el('a', {href: url, download: name});
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

/** Say something to those who listen to the page. @param {string} text */
export function say(text) {
  const live = byId('live');
  if (live) live.textContent = text;
}
