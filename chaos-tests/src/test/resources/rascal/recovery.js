// A rascal program whose node is killed: node recovery.js FILE PREFIX URL... It makes the file when it has published 100 of 400
// messages, goes on with the next of the URLs when its node dies, and prints "ok" when all that was confirmed has arrived.
'use strict';
const assert = require('node:assert');
const fs = require('node:fs');
const { BrokerAsPromised, withDefaultConfig } = require('rascal');

const [file, prefix, ...urls] = process.argv.slice(2);
const queue = `${prefix}-recovery`;
const pause = (time) => new Promise((resolve) => setTimeout(resolve, time));
const retry = { min: 100, max: 500, factor: 2, strategy: 'exponential' };

const config = withDefaultConfig({
  vhosts: {
    '/': {
      connectionStrategy: 'fixed',
      connections: urls.map((url) => ({ url, retry })),
      queues: { [queue]: {} },
      publications: { work: { queue, timeout: 2000 } },
      subscriptions: { work: { queue, prefetch: 10, retry } },
    },
  },
});

/** True if the message was confirmed. */
async function publish(broker, number) {
  try {
    const publication = await broker.publish('work', { number });
    return await new Promise((resolve) => {
      publication.on('success', () => resolve(true)).on('error', () => resolve(false)).on('return', () => resolve(false));
    });
  } catch (error) {
    return false;
  }
}

async function publishUntilConfirmed(broker, number) {
  while (!(await publish(broker, number))) await pause(100);
}

async function main() {
  const broker = await BrokerAsPromised.create(config);
  let disturbances = 0;
  broker.on('error', () => disturbances++);
  const received = new Set();
  const subscription = await broker.subscribe('work');
  subscription.on('error', () => {}).on('message', (message, content, ackOrNack) => {
    received.add(content.number);
    ackOrNack();
  });
  for (let first = 0; first < 400; first += 20) {
    if (first === 100) fs.writeFileSync(file, 'kill');
    await Promise.all([...Array(20).keys()].map((i) => publishUntilConfirmed(broker, first + i)));
    // As long as the node is there, the load lasts.
    while (first === 200 && disturbances === 0) await pause(20);
  }
  while (received.size < 400) await pause(20);
  assert.ok(disturbances > 0);
  await broker.nuke();
  console.log('rascal: ok');
}

setTimeout(() => { console.error('failed: not done within 25 s'); process.exit(1); }, 25000).unref();
main().catch((error) => { console.error(error); process.exit(1); });
