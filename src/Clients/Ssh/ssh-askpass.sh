#!/bin/sh
# Prints the passphrase of a private key for ssh-keygen, which starts this program (SSH_ASKPASS) instead of asking a
# terminal. DRYDOCK_PASSPHRASE_FILE is the path of a file in the operator's memory.
exec cat "$DRYDOCK_PASSPHRASE_FILE"
