// Request and reply: the server on one node, the client on another.
// usage: node request_reply.js [URL of a node] [URL of another]
const amqp = require('amqplib');

const [serverUrl, clientUrl] = [
  process.argv[2] || 'amqp://guest:guest@127.0.0.1:5672/%2f',
  process.argv[3] || 'amqp://guest:guest@127.0.0.1:5673/%2f',
];

async function serve(connection) {
  const channel = await connection.createChannel();
  await channel.assertQueue('squares', { durable: true });
  await channel.prefetch(10);
  await channel.consume('squares', (request) => {
    const answer = String(Number(request.content.toString()) ** 2);
    channel.sendToQueue(request.properties.replyTo, Buffer.from(answer), {
      correlationId: request.properties.correlationId,
    });
    channel.ack(request);
  });
}

async function client(connection) {
  const channel = await connection.createChannel();
  const waiting = new Map();
  // Replies come back on this pseudo-queue: nothing to declare, nothing to clean up.
  await channel.consume('amq.rabbitmq.reply-to', (reply) => {
    waiting.get(reply.properties.correlationId)(reply.content.toString());
    waiting.delete(reply.properties.correlationId);
  }, { noAck: true });
  let number = 0;
  return (value) => new Promise((resolve) => {
    const correlationId = String(++number);
    waiting.set(correlationId, resolve);
    channel.sendToQueue('squares', Buffer.from(String(value)), { correlationId, replyTo: 'amq.rabbitmq.reply-to' });
  });
}

(async () => {
  const [a, b] = [await amqp.connect(serverUrl), await amqp.connect(clientUrl)];
  await serve(a);
  const square = await client(b);
  console.log((await Promise.all([1, 2, 3, 4, 5].map(square))).join(' '));
  await b.close();
  await a.close();
})();
