// What an ordinary program does with amqplib: node client.js URL OTHER_URL PREFIX. Prints "ok" at the end.
'use strict';
const assert = require('node:assert');
const amqp = require('amqplib');

const [url, otherUrl, prefix] = process.argv.slice(2);

async function publishGetAndSettle(connection, queue) {
  const channel = await connection.createConfirmChannel();
  await channel.assertQueue(queue, { durable: true });
  for (const body of ['a', 'b', 'c']) {
    channel.sendToQueue(queue, Buffer.from(body), { persistent: true, headers: { n: 1, t: 'ä' } });
  }
  await channel.waitForConfirms();
  const first = await channel.get(queue);
  assert.strictEqual(first.content.toString(), 'a');
  assert.strictEqual(first.fields.redelivered, false);
  assert.strictEqual(first.properties.headers.t, 'ä');
  channel.nack(first, false, true);
  const again = await channel.get(queue);
  assert.strictEqual(again.content.toString(), 'a');
  assert.strictEqual(again.fields.redelivered, true);
  channel.ack(again);
  channel.reject(await channel.get(queue), false);
  assert.strictEqual((await channel.get(queue, { noAck: true })).content.toString(), 'c');
  assert.strictEqual(await channel.get(queue), false);
  await channel.close();
}

async function consumeOnAnotherNode(connection, other, queue) {
  const publishing = await connection.createConfirmChannel();
  for (let i = 0; i < 200; i++) publishing.sendToQueue(queue, Buffer.from(String(i)), { persistent: true });
  await publishing.waitForConfirms();
  const consuming = await other.createChannel();
  await consuming.prefetch(10);
  const received = [];
  await new Promise((resolve, reject) => {
    consuming.consume(queue, (message) => {
      received.push(Number(message.content));
      consuming.ack(message);
      if (received.length === 200) resolve();
    }).catch(reject);
  });
  assert.deepStrictEqual(received, [...Array(200).keys()]);
  await consuming.close();
  await publishing.close();
}

async function exchanges(connection) {
  const channel = await connection.createConfirmChannel();
  for (const kind of ['direct', 'fanout', 'topic', 'headers']) {
    const name = `${prefix}-${kind}`;
    await channel.assertExchange(name, kind);
    const { queue } = await channel.assertQueue('', { exclusive: true });
    await channel.bindQueue(queue, name, kind === 'topic' ? 'a.*' : 'a.b', kind === 'headers' ? { 'x-match': 'any', k: 'v' } : {});
    channel.publish(name, 'a.b', Buffer.from(kind), { headers: { k: 'v' } });
    await channel.waitForConfirms();
    assert.strictEqual((await channel.get(queue, { noAck: true })).content.toString(), kind);
    await channel.deleteExchange(name);
  }
  await channel.close();
}

async function errors(connection) {
  const channel = await connection.createConfirmChannel();
  const returned = new Promise((resolve) => channel.once('return', resolve));
  channel.publish('amq.direct', 'nobody', Buffer.from('x'), { mandatory: true });
  assert.strictEqual((await returned).fields.replyCode, 312);
  const closed = new Promise((resolve) => channel.once('error', resolve));
  await assert.rejects(channel.checkQueue(`${prefix}-missing`), /404/);
  assert.strictEqual((await closed).code, 404);
}

async function callAndReply(connection, other, queue) {
  const server = await other.createChannel();
  await server.consume(queue, (message) => {
    server.sendToQueue(message.properties.replyTo, Buffer.from(`re: ${message.content}`), {
      correlationId: message.properties.correlationId,
    });
    server.ack(message);
  });
  const client = await connection.createChannel();
  const replies = (await client.assertQueue('', { exclusive: true })).queue;
  const reply = new Promise((resolve) => client.consume(replies, resolve, { noAck: true }));
  client.sendToQueue(queue, Buffer.from('hello'), { replyTo: replies, correlationId: '7' });
  const message = await reply;
  assert.strictEqual(message.content.toString(), 're: hello');
  assert.strictEqual(message.properties.correlationId, '7');
  await server.close();
  await client.close();
}

async function main() {
  const queue = `${prefix}-q`;
  const connection = await amqp.connect(url);
  const other = await amqp.connect(otherUrl);
  await publishGetAndSettle(connection, queue);
  await consumeOnAnotherNode(connection, other, queue);
  await exchanges(connection);
  await errors(connection);
  await callAndReply(connection, other, queue);
  const channel = await connection.createChannel();
  await channel.purgeQueue(queue);
  await channel.deleteQueue(queue);
  await channel.close();
  await other.close();
  await connection.close();
  console.log('amqplib: ok');
}

setTimeout(() => { console.error('failed: not done within 25 s'); process.exit(1); }, 25000).unref();
main().catch((error) => { console.error(error); process.exit(1); });
