// A session whose node is killed and comes back: node recovery.js FILE PREFIX URL. It makes the file when it has published 100 of 400
// messages, and prints "ok" when all that was confirmed has arrived, the consumer having been recovered by the client.
'use strict';
const assert = require('node:assert');
const fs = require('node:fs');
const { AMQPSession } = require('@cloudamqp/amqp-client');

const [file, prefix, url] = process.argv.slice(2);
const pause = (time) => new Promise((resolve) => setTimeout(resolve, time));

async function publishUntilConfirmed(queue, number) {
  for (;;) {
    try {
      return await queue.publish(String(number), { deliveryMode: 2 });
    } catch (error) {
      await pause(100);
    }
  }
}

async function main() {
  let disconnects = 0;
  const session = await AMQPSession.connect(url, {
    logger: null, reconnectInterval: 100, maxReconnectInterval: 300, ondisconnect: () => disconnects++,
  });
  const queue = await session.queue(`${prefix}-recovery`, { durable: true });
  const received = new Set();
  await queue.subscribe({ prefetch: 10 }, (message) => { received.add(Number(message.bodyString())); });
  for (let first = 0; first < 400; first += 20) {
    if (first === 100) fs.writeFileSync(file, 'kill');
    await Promise.all([...Array(20).keys()].map((i) => publishUntilConfirmed(queue, first + i)));
    while (first === 200 && disconnects === 0) await pause(20);
  }
  while (received.size < 400) await pause(20);
  assert.ok(disconnects > 0);
  await queue.delete();
  await session.stop();
  console.log('@cloudamqp/amqp-client: ok');
}

setTimeout(() => { console.error('failed: not done within 25 s'); process.exit(1); }, 25000).unref();
main().catch((error) => { console.error(error); process.exit(1); });
