package io.quorate.amqp.engine;

import io.quorate.amqp.protocol.method.ExchangeBind;
import io.quorate.amqp.protocol.method.ExchangeDeclare;
import io.quorate.amqp.protocol.method.ExchangeDelete;
import io.quorate.amqp.protocol.method.ExchangeUnbind;
import io.quorate.amqp.protocol.method.QueueBind;
import io.quorate.amqp.protocol.method.QueueDeclare;
import io.quorate.amqp.protocol.method.QueueDelete;
import io.quorate.amqp.protocol.method.QueueUnbind;

/**
 * Drops carriage returns and line feeds from the names in methods that declare, bind and delete, as
 * RabbitMQ does: programs that read a name from a file with its line break rely on it. Methods that
 * only use a queue or an exchange take its name as it is.
 */
final class LineBreaks {

  private LineBreaks() {}

  static QueueDeclare dropped(QueueDeclare method) {
    return isClean(method.queue())
        ? method
        : new QueueDeclare(
            dropped(method.queue()),
            method.passive(),
            method.durable(),
            method.exclusive(),
            method.autoDelete(),
            method.noWait(),
            method.arguments());
  }

  static QueueBind dropped(QueueBind method) {
    return isClean(method.queue()) && isClean(method.exchange())
        ? method
        : new QueueBind(
            dropped(method.queue()),
            dropped(method.exchange()),
            method.routingKey(),
            method.noWait(),
            method.arguments());
  }

  static QueueUnbind dropped(QueueUnbind method) {
    return isClean(method.queue()) && isClean(method.exchange())
        ? method
        : new QueueUnbind(
            dropped(method.queue()),
            dropped(method.exchange()),
            method.routingKey(),
            method.arguments());
  }

  static QueueDelete dropped(QueueDelete method) {
    return isClean(method.queue())
        ? method
        : new QueueDelete(
            dropped(method.queue()), method.ifUnused(), method.ifEmpty(), method.noWait());
  }

  static ExchangeDeclare dropped(ExchangeDeclare method) {
    return isClean(method.exchange())
        ? method
        : new ExchangeDeclare(
            dropped(method.exchange()),
            method.type(),
            method.passive(),
            method.durable(),
            method.autoDelete(),
            method.internal(),
            method.noWait(),
            method.arguments());
  }

  static ExchangeDelete dropped(ExchangeDelete method) {
    return isClean(method.exchange())
        ? method
        : new ExchangeDelete(dropped(method.exchange()), method.ifUnused(), method.noWait());
  }

  static ExchangeBind dropped(ExchangeBind method) {
    return isClean(method.destination()) && isClean(method.source())
        ? method
        : new ExchangeBind(
            dropped(method.destination()),
            dropped(method.source()),
            method.routingKey(),
            method.noWait(),
            method.arguments());
  }

  static ExchangeUnbind dropped(ExchangeUnbind method) {
    return isClean(method.destination()) && isClean(method.source())
        ? method
        : new ExchangeUnbind(
            dropped(method.destination()),
            dropped(method.source()),
            method.routingKey(),
            method.noWait(),
            method.arguments());
  }

  private static boolean isClean(String name) {
    return name.indexOf('\n') < 0 && name.indexOf('\r') < 0;
  }

  private static String dropped(String name) {
    return name.replace("\n", "").replace("\r", "");
  }
}
