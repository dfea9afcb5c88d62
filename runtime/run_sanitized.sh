#!/bin/sh
# Runs a program that was built with a sanitizer.
exec "$1"
