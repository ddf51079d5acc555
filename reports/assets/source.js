/* SPDX-License-Identifier: Apache-2.0 */
/* The Source view: the program wrote the lines; here the files are filtered and a line linked to is
 * brought into sight. */
import {byId} from './util.js';

export function showSource(route) {
  const query = (route.q || '').toLowerCase();
  for (const file of document.querySelectorAll('#source details.file')) {
    file.hidden = query !== '' && !file.textContent.toLowerCase().includes(query);
  }
  for (const old of document.querySelectorAll('#source tr.target')) old.classList.remove('target');
  const line = /^L\d+-\d+$/.test(route.f || '') ? byId(route.f) : null;
  if (!line) return;
  const file = line.closest('details');
  if (file) file.open = true;
  line.classList.add('target');
  line.scrollIntoView({block: 'center'});
}
