/* SPDX-License-Identifier: Apache-2.0 */
/* The data block of the page: base64(gzip(container)). A container is `NCR1`, the length of a JSON
 * header (u32, little-endian), the header {meta, cols: [{name, kind, n, bytes}]}, and the columns
 * back to back. Everything read is checked: a damaged block is an Error with a plain message. */

const MAX_COLUMN = 64 * 1024 * 1024;

/** @param {string} text @returns {Uint8Array} */
export function fromBase64(text) {
  let raw;
  try {
    raw = atob(text.replace(/\s+/g, ''));
  } catch {
    throw new Error('the data block is damaged (not base64)');
  }
  const out = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) out[i] = raw.charCodeAt(i);
  return out;
}

/** @param {Uint8Array} packed @returns {Promise<Uint8Array>} */
export async function gunzip(packed) {
  if (typeof DecompressionStream === 'undefined') {
    throw new Error('this browser is too old to unpack the data (no DecompressionStream)');
  }
  try {
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  } catch {
    throw new Error('the data block is damaged or cut off');
  }
}

/** Unsigned LEB128 numbers, exact up to 2^53. A Uint32Array when all of them fit.
 * @param {Uint8Array} data @param {number} at @param {number} size @param {number} n */
function decodeVarints(data, at, size, n) {
  const end = at + size;
  let out = new Uint32Array(n);
  for (let i = 0; i < n; i++) {
    if (at >= end) throw new Error('the data block is damaged (a column is short)');
    let byte = data[at++];
    let value = byte & 127;
    let scale = 128;
    while (byte & 128) {
      if (at >= end || scale > 2 ** 56) {
        throw new Error('the data block is damaged (a number is cut)');
      }
      byte = data[at++];
      value += (byte & 127) * scale;
      scale *= 128;
    }
    if (value > 0xffffffff && out instanceof Uint32Array) out = Float64Array.from(out);
    out[i] = value;
  }
  if (at !== end) throw new Error('the data block is damaged (a column is long)');
  return out;
}

/** Mostly-zero numbers as pairs (distance to the one before, value).
 * @param {Uint8Array} data */
function decodeSparse(data, at, size, n, pairs) {
  const flat = decodeVarints(data, at, size, 2 * pairs);
  const out = new Float64Array(n);
  let index = -1;
  for (let k = 0; k < pairs; k++) {
    index += flat[2 * k];
    if (index < 0 || index >= n) throw new Error('the data block is damaged (an index is wild)');
    out[index] = flat[2 * k + 1];
  }
  return out;
}

function decodeColumn(data, at, col) {
  switch (col.kind) {
    case 'u8':
      if (col.bytes !== col.n) throw new Error('the data block is damaged (a column is short)');
      return data.subarray(at, at + col.n);
    case 'v':
      return decodeVarints(data, at, col.bytes, col.n);
    case 's':
      return decodeSparse(data, at, col.bytes, col.n, col.pairs);
    case 'strings': {
      const text = new TextDecoder().decode(data.subarray(at, at + col.bytes));
      const list = col.n === 0 ? [] : text.split('\0');
      if (list.length !== col.n) throw new Error('the data block is damaged (names are missing)');
      return list;
    }
    default:
      return null; /* of a newer program: not ours to read */
  }
}

const isFigures = (name) =>
  name.startsWith('cell.') && name !== 'cell.node' && name !== 'cell.scope';

/** @param {Uint8Array} data @returns {{meta: any, cols: Record<string, any>}} */
export function parseContainer(data) {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  if (data.length < 8 || view.getUint32(0, true) !== 0x3152434e) {
    throw new Error('the data block is damaged (no NCR1 mark)');
  }
  const headLength = view.getUint32(4, true);
  let head;
  try {
    head = JSON.parse(new TextDecoder().decode(data.subarray(8, 8 + headLength)));
  } catch {
    throw new Error('the data block is damaged (its header cannot be read)');
  }
  const cols = {};
  let at = 8 + headLength;
  for (const col of head.cols) {
    const whole = [col.n, col.bytes, col.pairs || 0].every((x) => Number.isInteger(x) && x >= 0);
    if (!whole || col.n > MAX_COLUMN || at + col.bytes > data.length) {
      throw new Error('the data block is damaged or cut off');
    }
    const from = at;
    const values = decodeColumn(data, from, col);
    /* Figures are checked now and made again when a metric is looked at: all of them at once take
     * more memory than the rest of the page. */
    cols[col.name] = isFigures(col.name) ? () => decodeColumn(data, from, col) : values;
    at += col.bytes;
  }
  return {meta: head.meta, cols};
}

/** What the Stacks view needs, checked.
 * @returns {{names: string[], frames: object, depth: Uint8Array, frame: ArrayLike<number>,
 *   cellNode: Uint32Array, cellScope: ArrayLike<number>, metric: (name: string) => any}} */
export function callTree({cols}) {
  const bad = (what) => new Error(`the data block is damaged (${what})`);
  const names = cols.names || [];
  const frames = {
    name: cols['frame.name'] || new Uint32Array(0),
    file: cols['frame.file'] || new Uint32Array(0),
    line: cols['frame.line'] || new Uint32Array(0),
    module: cols['frame.module'] || new Uint32Array(0),
    role: cols['frame.role'] || new Uint8Array(0),
  };
  const depth = cols.depth || new Uint8Array(0);
  const frame = cols.frame || new Uint32Array(0);
  const step = cols['cell.node'] || new Uint32Array(0);
  const scope = cols['cell.scope'] || new Uint32Array(0);
  const nFrames = frames.name.length;

  if (frame.length !== depth.length) throw bad('columns differ in length');
  for (const key of ['file', 'line', 'module', 'role']) {
    if (frames[key].length !== nFrames) throw bad('frame columns differ in length');
  }
  for (const key of ['name', 'file', 'module']) {
    for (let i = 0; i < nFrames; i++) if (frames[key][i] >= names.length) throw bad('a wild name');
  }
  for (let i = 0, before = 0; i < depth.length; i++) {
    if (depth[i] < 1 || depth[i] > before + 1 || frame[i] >= nFrames) throw bad('a wild frame');
    before = depth[i];
  }
  if (scope.length !== step.length) throw bad('columns differ in length');
  const cellNode = new Uint32Array(step.length);
  for (let k = 0, node = 0; k < step.length; k++) {
    node += step[k];
    if (node > depth.length) throw bad('a wild node');
    cellNode[k] = node;
  }
  const metric = (name) => {
    const make = cols[`cell.${name}`];
    const col = make && make();
    if (col && col.length !== step.length) throw bad('columns differ in length');
    return col || null;
  };
  return {names, frames, depth, frame, cellNode, cellScope: scope, metric};
}

/** Read the page's own block. @param {string} text */
export async function readBlock(text) {
  return parseContainer(await gunzip(fromBase64(text)));
}
