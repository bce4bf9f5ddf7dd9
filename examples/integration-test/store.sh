#!/bin/sh
# The throwaway service: a counter behind busybox's own web server.
n=$(($(cat /tmp/visits 2>/dev/null || echo 0) + 1))
echo $n > /tmp/visits
printf 'Content-Type: text/plain\r\n\r\n%s\n' $n
