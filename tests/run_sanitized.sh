#!/bin/sh
# Runs a program that was built with a sanitizer: containers of system libraries are not annotated, and what a test leaves
# allocated at its end is no fault.
ASAN_OPTIONS=detect_container_overflow=0:detect_leaks=0 exec "$1"
