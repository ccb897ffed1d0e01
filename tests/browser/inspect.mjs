// What a real browser says about a page: node inspect.mjs CHROMIUM PAGE.html [SCREENSHOT_FOLDER]
// Prints one JSON object: console errors, requests, values on the page, width at 360 px, findings of axe-core.
// NODE_MODULES names the folder that holds playwright-core and axe-core.
import {createRequire} from 'node:module';
import {readFileSync} from 'node:fs';
import {pathToFileURL} from 'node:url';

const require = createRequire(process.env.NODE_MODULES + '/');
const {chromium} = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const [executablePath, file, shots] = process.argv.slice(2);

const browser = await chromium.launch({executablePath, args: ['--no-sandbox']});
const result = {errors: [], requests: [], widths: {}, serious: {}};
const url = pathToFileURL(file).href;

for (const colorScheme of ['light', 'dark'])
  for (const width of [360, 1200]) {
    const page = await browser.newPage({colorScheme, viewport: {width, height: 800}});
    page.on('console', message => message.type() === 'error' && result.errors.push(message.text()));
    page.on('pageerror', error => result.errors.push(String(error)));
    page.on('request', request => request.url() !== url && !request.url().startsWith('data:') && result.requests.push(request.url()));
    const start = Date.now();
    await page.goto(url, {waitUntil: 'load'});
    result.opened_ms = Math.max(result.opened_ms ?? 0, Date.now() - start);
    const name = `${colorScheme}-${width}`;
    result.widths[name] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
    if (shots) await page.screenshot({path: `${shots}/${name}.png`, scale: 'css'});
    if (!result.values) {
      result.values = await page.evaluate(() => [...document.querySelectorAll('data')].map(e => [e.value, e.textContent]));
      result.headings = await page.evaluate(() => [...document.querySelectorAll('h1,h2')].map(e => e.textContent));
      result.images = await page.evaluate(() => [...document.images].map(e => [e.alt, e.naturalWidth]));
      result.scripts = await page.evaluate(() => document.scripts.length);
    }
    await page.evaluate(axe);  // through the debugger: the page's policy forbids scripts of its own
    const found = await page.evaluate(() => window.axe.run());
    result.serious[name] = found.violations.filter(v => ['serious', 'critical'].includes(v.impact)).map(v => [v.id, v.nodes.slice(0, 3).map(n => n.html.slice(0, 200))]);
    result.minor = found.violations.filter(v => !['serious', 'critical'].includes(v.impact)).map(v => [v.id, v.nodes.slice(0, 2).map(n => n.html.slice(0, 150))]);
    await page.close();
  }
await browser.close();
console.log(JSON.stringify(result));
