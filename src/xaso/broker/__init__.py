"""The embedded MQTT broker: a program of its own, standard library and the pure protocol of the loudspeakers only.

MQTT 3.1.1 and 5, QoS 0 and 1, retained messages, last wills, sessions that outlive a connection, message expiry;
TLS with client certificates, who may read and write what by Mosquitto's own list of rules. What it leaves out (QoS 2,
shared subscriptions, topic aliases, a disk) it says in CONNACK or refuses. Why it exists: docs/adr/0027.
"""
