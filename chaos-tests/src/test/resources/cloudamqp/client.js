// What an ordinary program does with @cloudamqp/amqp-client: node client.js URL OTHER_URL PREFIX. Prints "ok" at the end.
'use strict';
const assert = require('node:assert');
const { AMQPClient, AMQPSession, builtinParsers, builtinCoders } = require('@cloudamqp/amqp-client');

const [url, otherUrl, prefix] = process.argv.slice(2);

async function publishGetAndSettle(connection, name) {
  const channel = await connection.channel();
  await channel.queueDeclare(name, { durable: true });
  const get = (noAck) => channel.basicGet(name, { noAck });
  await channel.confirmSelect();
  for (const body of ['a', 'b', 'c']) await channel.basicPublish('', name, body, { deliveryMode: 2, headers: { n: 1, t: 'ä' } });
  const first = await get(false);
  assert.strictEqual(first.bodyString(), 'a');
  assert.strictEqual(first.redelivered, false);
  assert.strictEqual(first.properties.headers.t, 'ä');
  await first.nack(true);
  const again = await get(false);
  assert.strictEqual(again.bodyString(), 'a');
  assert.strictEqual(again.redelivered, true);
  await again.ack();
  await (await get(false)).reject(false);
  assert.strictEqual((await get(true)).bodyString(), 'c');
  assert.strictEqual(await get(true), null);
  await channel.close();
}

async function consumeOnAnotherNode(connection, other, name) {
  const publishing = await connection.channel();
  await publishing.confirmSelect();
  await Promise.all([...Array(200).keys()].map((i) => publishing.basicPublish('', name, String(i), { deliveryMode: 2 })));
  const consuming = await other.channel();
  await consuming.basicQos(10);
  const consumer = await consuming.basicConsume(name, { noAck: false });
  const received = [];
  for await (const message of consumer.messages) {
    received.push(Number(message.bodyString()));
    await message.ack();
    if (received.length === 200) break;
  }
  assert.deepStrictEqual(received, [...Array(200).keys()]);
  await consuming.close();
  await publishing.close();
}

async function exchanges(connection) {
  const channel = await connection.channel();
  await channel.confirmSelect();
  for (const kind of ['direct', 'fanout', 'topic', 'headers']) {
    const name = `${prefix}-${kind}`;
    await channel.exchangeDeclare(name, kind);
    await channel.exchangeDeclare(`${name}-before`, 'fanout', { autoDelete: true });
    await channel.exchangeBind(name, `${name}-before`, '');
    const { name: queue } = await channel.queueDeclare('', { exclusive: true });
    await channel.queueBind(queue, name, kind === 'topic' ? 'a.*' : 'a.b', kind === 'headers' ? { 'x-match': 'any', k: 'v' } : {});
    await channel.basicPublish(`${name}-before`, 'a.b', kind, { headers: { k: 'v' } });
    assert.strictEqual((await channel.basicGet(queue, { noAck: true })).bodyString(), kind);
    await channel.exchangeUnbind(name, `${name}-before`, '');
    await channel.exchangeDelete(name);
  }
  await channel.close();
}

async function errors(connection) {
  const channel = await connection.channel();
  await channel.confirmSelect();
  const returned = new Promise((resolve) => { channel.onReturn = resolve; });
  await channel.basicPublish('amq.direct', 'nobody', 'x', {}, true);
  assert.strictEqual((await returned).replyCode, 312);
  await assert.rejects(channel.queueDeclare(`${prefix}-missing`, { passive: true }), /404|NOT_FOUND/);
  assert.strictEqual(channel.closed, true);
}

async function sessionsCallBetweenNodes(name) {
  const quiet = { logger: null };
  const asking = await AMQPSession.connect(url, quiet);
  const serving = await AMQPSession.connect(otherUrl, quiet);
  await (await serving.queue(name, { durable: true })).purge();
  await serving.rpcServer(name, async (message) => `re: ${message.bodyString()}`, 10);
  assert.strictEqual((await asking.rpcCall(name, 'hello', { timeout: 5000 })).bodyToString(), 're: hello');
  const calls = await asking.rpcClient();
  const replies = await Promise.all([...Array(100).keys()].map((i) => calls.call(name, `question ${i}`)));
  replies.forEach((reply, i) => assert.strictEqual(reply.bodyString(), `re: question ${i}`));
  await calls.close();
  await asking.stop();
  await serving.stop();
}

async function sessionsEncode(name) {
  const session = await AMQPSession.connect(url, {
    logger: null, parsers: builtinParsers, coders: builtinCoders, defaultContentType: 'application/json', defaultContentEncoding: 'gzip',
  });
  const queue = await session.queue(name);
  await queue.publish({ task: 'resize', id: 42 });
  const message = await new Promise((resolve) => { queue.subscribe({ prefetch: 1 }, resolve); });
  assert.deepStrictEqual(message.body, { task: 'resize', id: 42 });
  await queue.delete();
  await session.stop();
}

async function main() {
  const queue = `${prefix}-q`;
  const connection = await new AMQPClient(url).connect();
  const other = await new AMQPClient(otherUrl).connect();
  await publishGetAndSettle(connection, queue);
  await consumeOnAnotherNode(connection, other, queue);
  await exchanges(connection);
  await errors(connection);
  const channel = await connection.channel();
  await channel.queuePurge(queue);
  await channel.queueDelete(queue);
  await sessionsCallBetweenNodes(`${prefix}-rpc`);
  await sessionsEncode(`${prefix}-encoded`);
  await channel.queueDelete(`${prefix}-rpc`);
  await other.close();
  await connection.close();
  console.log('@cloudamqp/amqp-client: ok');
}

setTimeout(() => { console.error('failed: not done within 25 s'); process.exit(1); }, 25000).unref();
main().catch((error) => { console.error(error); process.exit(1); });
