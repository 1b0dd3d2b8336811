#!/bin/bash
# Initialises the metadata. Do not interrupt.
exec /usr/bin/python3 -I -S /opt/standin/main.py docker_init
