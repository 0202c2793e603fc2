# SPDX-License-Identifier: GPL-2.0-only
# Orchestrates only: what a target does is in the script which it calls.

SHELL := /bin/bash
S := kernel/scripts

.DEFAULT_GOAL := kernel
.PHONY: help fetch overlay kernel kernel-debug clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' Makefile

fetch: ## unpack the kernel base into build/base (LINUX_SRC= folder or tarball)
	@$(S)/fetch.sh

overlay: ## build/linux: base + patches + links to our folders
	@$(S)/overlay.sh

kernel: overlay ## the normal kernel: build/normal/arch/x86/boot/bzImage
	@$(S)/build.sh normal

kernel-debug: overlay ## the debug kernel: build/debug/arch/x86/boot/bzImage
	@$(S)/build.sh debug

clean: ## remove everything that was built (all of build/)
	rm -rf build
