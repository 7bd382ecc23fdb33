"""Drives Quorate, RabbitMQ and NATS with the same work and compares what they take for it. Python's standard library only."""
