#!/bin/sh
# The entrypoint: starts supervisord with all programs of OMS.
exec /usr/bin/python3 -I -S /opt/standin/main.py boot
