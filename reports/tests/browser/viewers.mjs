/* SPDX-License-Identifier: Apache-2.0 */
/* node viewers.mjs HTML_MAKE: files for other tools: speedscope's viewer opens them, and SARIF's own schema
 * knows every word of a log. */
import assert from 'node:assert/strict';
import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {basename, join} from 'node:path';
import {fileURLToPath, pathToFileURL} from 'node:url';

import {Fixtures, launch, open, readText, runTests, skip, test} from './harness.mjs';

const modules = join(fileURLToPath(import.meta.url), '..', 'node_modules');
const installed = (...parts) => {
  const path = join(modules, ...parts);
  return existsSync(path) ? path : skip(`no ${path}: ./dev deps, or npm ci --ignore-scripts in reports/tests/browser`);
};
const viewer = installed('speedscope', 'dist', 'release', 'index.html');
const schema = installed('@microsoft', 'jest-sarif', 'lib', 'schemas', 'sarif-2.1.0-rtm.5.json');
const draft = installed('ajv', 'lib', 'refs', 'json-schema-draft-04.json'); /* which that schema is written in */
const browser = await launch('--enable-unsafe-swiftshader', '--use-gl=angle', '--use-angle=swiftshader');
const fixtures = new Fixtures(process.argv[2]);
const make = (kind, ending) => fixtures.page(kind, ending).path;

/** Open a file as `speedscope FILE` does, in any format that it knows by its ending, and look at it. */
async function inSpeedscope(path, see) {
  const script = `${path}.js`;
  writeFileSync(script, `speedscope.loadFileFromBase64(${JSON.stringify(basename(path))}, ${JSON.stringify(readFileSync(path, 'base64'))})`);
  const {page, context, wrong} = await open(browser, pathToFileURL(viewer).href,
    {hash: `#localProfilePath=${script}`, wait: false});
  try {
    await page.waitForFunction(() => /Sandwich/.test(document.body.innerText) || /error/i.test(document.body.innerText));
    await see(page);
    /* The viewer is several files, and draws without a graphics card. */
    assert.deepEqual(wrong.filter((line) => !line.startsWith('request: file:') && !line.includes('GL Driver Message')), []);
  } finally {
    await context.close();
  }
}

/** The rows of the table of functions, heaviest with their callees first. */
async function functionRows(page) {
  await page.getByText('Sandwich').click();
  await page.getByText('Total', {exact: true}).click();
  const rows = page.locator('tr').filter({hasText: '%'});
  await rows.first().waitFor();
  return (await rows.allInnerTexts()).map((row) => row.replace(/\s+/g, ' ').trim());
}

test('speedscope shows every metric by its name', async () => {
  const path = make('indicators', '.speedscope.json');
  const names = JSON.parse(readText(path)).profiles.map((p) => p.name);
  assert.deepEqual(names.slice(0, 2), ['allocated', 'copied']);
  await inSpeedscope(path, async (page) => {
    await page.getByText('allocated (1/').click();
    const list = await page.locator('body').innerText();
    for (const name of names) assert.ok(list.includes(name), `${name} is not in:\n${list}`);
  });
});

for (const ending of ['.speedscope.json', '.folded', '.pb.gz']) {
  test(`speedscope reads ${ending}: all is below main`, () => inSpeedscope(make('indicators', ending), async (page) => {
    const rows = await functionRows(page);
    assert.ok(rows.some((row) => row.includes('(100%)') && row.endsWith(' main')), rows.join('\n'));
  }));
}

for (const kind of ['hostile', 'stacks0', 'stacks20000']) {
  test(`speedscope opens ${kind}`, () => inSpeedscope(make(kind, '.speedscope.json'), async (page) => {
    assert.match(await page.locator('body').innerText(), /Sandwich/);
  }));
}

const Ajv = createRequire(import.meta.url)('ajv');
const ajv = new Ajv({allErrors: true, schemaId: 'auto'});
ajv.addMetaSchema(JSON.parse(readText(draft)));
const isSarif = ajv.compile(JSON.parse(readText(schema)));

/** What SARIF's schema, which allows no word of its own making, finds in a log. */
function complaints(path, change = (log) => log) {
  isSarif(change(JSON.parse(readText(path))));
  return (isSarif.errors ?? []).map((e) => `${e.dataPath} ${e.message}`);
}

for (const kind of ['indicators', 'hostile', 'stacks0', 'stacks20000']) {
  test(`SARIF's schema finds nothing in ${kind}`, async () => {
    assert.deepEqual(complaints(make(kind, '.sarif')), []);
  });
}

test('the schema is asked in earnest', async () => {
  const renamed = (log) => JSON.parse(JSON.stringify(log).replaceAll('"startLine"', '"start_line"'));
  assert.notDeepEqual(complaints(make('indicators', '.sarif'), renamed), []);
});

const failed = await runTests(process.argv.slice(3));
await browser.close();
fixtures.done();
process.exit(failed ? 1 : 0);
