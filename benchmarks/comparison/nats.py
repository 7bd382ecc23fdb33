"""placeholder"""
from .rabbitmq import RabbitMq
class Nats(RabbitMq):
    name="nats"; title="NATS"
    @staticmethod
    def missing(_o): return "x"
