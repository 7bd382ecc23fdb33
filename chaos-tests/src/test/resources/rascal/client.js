// What an ordinary program does with rascal: node client.js URL OTHER_URL PREFIX. Prints "ok" at the end.
'use strict';
const assert = require('node:assert');
const { BrokerAsPromised, withDefaultConfig } = require('rascal');

const [url, otherUrl, prefix] = process.argv.slice(2);
const queue = `${prefix}-q`;
const exchange = `${prefix}-x`;

function config(connection, subscriptions) {
  return withDefaultConfig({
    vhosts: {
      '/': {
        connection: { url: connection },
        exchanges: { [exchange]: { type: 'topic' } },
        queues: { [queue]: {} },
        bindings: { [`${exchange}[work.#] -> ${queue}`]: {} },
        publications: {
          work: { exchange, routingKey: 'work.item' },
          nowhere: { exchange, routingKey: 'elsewhere' },
          direct: { queue },
          unconfirmed: { queue, confirm: false },
        },
        ...(subscriptions ? { subscriptions } : {}),
      },
    },
  });
}

async function startBroker(connection, subscriptions) {
  const broker = await BrokerAsPromised.create(config(connection, subscriptions));
  broker.on('error', (error) => { console.error(error); process.exit(1); });
  return broker;
}

/** Resolves with what the event of a publication carries. */
function event(publication, name) {
  return new Promise((resolve, reject) => {
    publication.on(name, (...values) => resolve(values));
    publication.on('error', reject);
  });
}

async function confirmsAndReturns(broker) {
  for (let i = 0; i < 200; i++) await event(await broker.publish('work', { number: i }), 'success');
  const [returned] = await event(await broker.publish('nowhere', 'lost'), 'return');
  assert.strictEqual(returned.fields.replyCode, 312);
  await event(await broker.publish('direct', 'text', { options: { headers: { t: 'ä' } } }), 'success');
  await event(await broker.publish('unconfirmed', Buffer.from([1, 2, 3])), 'success');
}

async function subscriptionsAndRecovery(broker) {
  const received = [];
  const others = [];
  let failures = 0;
  const subscription = await broker.subscribe('work');
  await new Promise((resolve, reject) => {
    subscription.on('error', reject).on('message', (message, content, ackOrNack) => {
      if (content.number === 50 && failures < 2) {
        // Twice: first back into the queue, then published again with a count in its headers.
        failures++;
        const strategy = failures === 1 ? { strategy: 'nack', requeue: true } : { strategy: 'republish', attempts: 3 };
        ackOrNack(new Error('not yet'), strategy);
        return;
      }
      if (content.number === 50) assert.strictEqual(message.properties.headers.rascal.recovery[queue].republished, 1);
      if (content.number === undefined) others.push(content);
      else received.push(content.number);
      ackOrNack();
      if (received.length === 200 && others.length === 2) resolve();
    });
  });
  assert.strictEqual(failures, 2);
  assert.deepStrictEqual(received.filter((number) => number !== 50), [...Array(200).keys()].filter((number) => number !== 50));
  assert.strictEqual(others[0], 'text');
  assert.deepStrictEqual([...others[1]], [1, 2, 3]);
  await subscription.cancel();
}

async function main() {
  const publishing = await startBroker(url);
  await confirmsAndReturns(publishing);
  await publishing.shutdown();
  const consuming = await startBroker(otherUrl, { work: { queue, prefetch: 10 } });
  await subscriptionsAndRecovery(consuming);
  await consuming.purge();
  await consuming.nuke();
  console.log('rascal: ok');
}

setTimeout(() => { console.error('failed: not done within 25 s'); process.exit(1); }, 25000).unref();
main().catch((error) => { console.error(error); process.exit(1); });
