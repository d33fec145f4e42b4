// Uses the page of a flame graph as a reader would, and looks at what is shown.
'use strict';
const assert = require('node:assert/strict');
const { chromium } = require('playwright-core');

const [executablePath, shop, hostile, empty, many] = process.argv.slice(2);

async function open(browser, url) {
  const page = await browser.newPage();
  page.wrong = [];
  page.on('console', message => page.wrong.push(message.text()));
  page.on('pageerror', error => page.wrong.push(String(error)));
  page.on('dialog', dialog => page.wrong.push(`dialog ${dialog.message()}`));
  page.on('request', request => {
    if (request.url() !== url && !request.url().startsWith('data:')) {
      page.wrong.push(`request ${request.url()}`);
    }
  });
  await page.goto(url);
  return page;
}

const details = page => page.locator('#details').textContent();
const focused = page => page.evaluate(() => document.activeElement.getAttribute('aria-label'));
const shares = page => page.locator('.frame').evaluateAll(boxes =>
  boxes.map(box => `${box.style.top} ${box.textContent} ${Math.round(parseFloat(box.style.width))}%`));

async function useShop(page) {
  // What is shown first: all live bytes, their share and interval.
  assert.equal(await page.title(), 'Off-heap memory of shop');
  assert.equal(await details(page),
    'all\n27 KiB live, 100 % of 27 KiB; 95 % interval 23.3 KiB to 31.2 KiB\n'
    + 'about 230 blocks, from 20 samples');
  assert.match(await page.locator('#summary').textContent(), /A sample every 512 KiB, on average\. There are more/);
  const boxes = await shares(page);
  assert.ok(boxes.includes('40px Orders.put 97%'), boxes.join());
  assert.ok(boxes.includes('60px root/orders, slots of 1 KiB 74%'), boxes.join());
  assert.ok(!boxes.some(box => box.includes('Users')), 'has nothing live');

  // By mouse: a box tells of itself, and a click makes it as wide as the page.
  const orders = page.locator('.frame', { hasText: 'Orders.put' }).first();
  await orders.hover();
  assert.match(await details(page), /^shop\.Orders\.put \(Orders\.java:20\)\n26\.3 KiB live, 97\.3 %/);
  await page.locator('.frame', { hasText: 'slots of 64 B' }).first().click();
  assert.ok((await shares(page)).includes('60px root/orders, slots of 64 B 100%'));
  await page.getByRole('button', { name: 'Show all' }).click();
  assert.deepEqual(await shares(page), boxes);

  // By keys alone.
  await page.locator('.frame').first().focus();
  for (const key of ['ArrowDown', 'ArrowDown']) {
    await page.keyboard.press(key);
  }
  assert.match(await focused(page), /^shop\.Orders\.put: 26\.3 KiB live/);
  await page.keyboard.press('ArrowRight');
  assert.match(await focused(page), /^shop\.Orders\.put: 640 B live, 2\.32 %.*interval 548 B to 748 B$/);
  await page.keyboard.press('Enter');
  assert.ok((await shares(page)).includes('40px Orders.put 100%'));
  assert.match(await focused(page), /^shop\.Orders\.put: 640 B/);
  await page.keyboard.press('ArrowUp');
  assert.match(await focused(page), /^shop\.Main\.main: /);
  await page.keyboard.press('Escape');
  assert.deepEqual(await shares(page), boxes);

  // The search tells each byte once: a box below a match is not counted again.
  await page.keyboard.press('/');
  await page.keyboard.type('ORDERS');
  assert.equal(await page.locator('.frame.match').count(), 5);
  assert.match(await page.locator('#matched').textContent(), /^Found: 26\.9 KiB live, 99\.6 %/);
  await page.keyboard.press('Escape');
  assert.equal(await page.locator('.frame.match').count(), 0);

  // Allocated bytes, and one budget.
  await page.getByLabel('allocated').check();
  assert.match(await details(page), /^all\n117 KiB allocated, 100 % of 117 KiB; /);
  await page.locator('#budget').selectOption('root/users');
  assert.match(await details(page), /^all\n8 KiB allocated, 100 % of 8 KiB; 95 % interval 4\.93 KiB to 13 KiB\n/);

  // Nothing of it is live, which is not to look like a broken page.
  await page.getByLabel('live').check();
  assert.ok(await page.getByText('None of the observed blocks is live.').isVisible());
  assert.match(await details(page), /^all\n0 B live, 0 % of 0 B; 95 % interval 0 B to /);
  assert.equal(await page.locator('.frame').count(), 0);
  await page.locator('#budget').selectOption('all');
  assert.deepEqual(await shares(page), boxes);
}

async function useHostile(page) {
  // Control characters and what turns text around are replaced; all else is shown as it is.
  const attack = '</pre><script>document.title=\'owned\'</script><img src=x onerror=alert(1)>"\';&'
    + '\ufffd'.repeat(4) + '[31m' + '\ufffd'.repeat(2);
  assert.equal(await page.title(), `Off-heap memory of ${attack}`);
  assert.equal(await page.locator('#manager').textContent(), attack);
  assert.equal(await page.locator('#budget option').nth(1).textContent(), attack);
  assert.equal(await page.locator('img, #graph script').count(), 0);
  const labels = await page.locator('.frame').evaluateAll(boxes =>
    boxes.map(box => box.getAttribute('aria-label')));
  assert.ok(labels.some(label => label.startsWith(`${attack}.${attack}: 640 B live`)), labels.join());
  // The second wall: a script that got in all the same would not run.
  await page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'window.intruded = true';
    document.body.append(script);
  });
  assert.equal(await page.evaluate(() => window.intruded), undefined);
  page.wrong = page.wrong.filter(text => !text.includes('Content Security Policy'));
}

async function useMany(page) {
  // As many sites as a profile can have, each too narrow to be seen: they are told as one.
  assert.match(await details(page), /^all\n191 MiB live, 100 % of 191 MiB; .*\nabout 185,000 blocks/);
  assert.equal(await page.locator('.frame').count(), 16);
  assert.deepEqual(await page.locator('.rest').allTextContents(), ['20,000 more']);
  await page.keyboard.press('/');
  await page.keyboard.type('Many19999');
  assert.match(await page.locator('#matched').textContent(), /^Found: 19\.5 KiB live/);
}

(async () => {
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  try {
    for (const [url, use] of [
      [shop, useShop],
      [hostile, useHostile],
      [empty, async page => assert.ok(await page.getByText('No block has been observed.').isVisible())],
      [many, useMany],
    ]) {
      const page = await open(browser, url);
      await use(page);
      assert.deepEqual(page.wrong, []);
      await page.close();
    }
  } finally {
    await browser.close();
  }
  console.log('all as it should be');
})();
