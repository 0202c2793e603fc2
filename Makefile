# SPDX-License-Identifier: GPL-2.0-only
# Orchestrates only: what a target does is in the script which it calls.

SHELL := /bin/bash
S := kernel/scripts

VERSION := 0.1

.DEFAULT_GOAL := kernel
.PHONY: help deps fetch overlay kernel kernel-debug kernel-kcsan kernel-bench kernel-plain \
	patch check-patch refresh \
	lint sparse unit fuzz model sim check check-debian check-all soak demo bench deb deb-kernel clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' Makefile

deps: ## install the Debian packages that are missing (as root)
	@$(S)/deps.sh

fetch: ## unpack the kernel base into build/base (LINUX_SRC= folder or tarball)
	@$(S)/fetch.sh

overlay: ## build/linux: base + patches + links to our folders
	@$(S)/overlay.sh

kernel: overlay ## the normal kernel: build/normal/arch/x86/boot/bzImage
	@$(S)/build.sh normal

kernel-debug: overlay ## the debug kernel: build/debug/arch/x86/boot/bzImage
	@$(S)/build.sh debug

kernel-kcsan: overlay ## the normal kernel that looks for data races of ours
	@$(S)/build.sh kcsan

kernel-bench: overlay ## the normal kernel, and what CRIU needs, for make bench
	@$(S)/build.sh bench

kernel-plain: overlay ## the base without us: build/plain/arch/x86/boot/bzImage
	@$(S)/build.sh plain

patch: overlay ## emit one patch: build/mosix-VERSION-linux-BASE.patch
	@$(S)/mkpatch.sh $(VERSION)

check-patch: patch ## apply that patch to a second tree and compare everything
	@$(S)/verify-patch.sh build/mosix.patch

refresh: ## take edits made in build/linux into a patch (P=NAME, or P=all)
	@$(S)/refresh.sh $(P)

lint: ## the quick gates: style, documentation, laws of the house, spelling
	@$(S)/lint.sh

sparse: overlay ## types, byte order and locks of our objects (sparse, W=1)
	@$(S)/sparse.sh

unit: ## the pure code in user space, under the sanitizers
	@$(S)/check.sh unit

fuzz: ## hostile bytes for the pure code, for SECONDS= (60) in all
	@$(MAKE) -s -C kernel/test/fuzz fuzz SECONDS=$(or $(SECONDS),60)

model: ## the page protocol, every order of its steps (FULL=1: longer runs)
	@kernel/test/model/check.sh $(if $(FULL),all)

sim: ## the balancer in a simulated cluster (FULL=1: figures of full size)
	@$(S)/check.sh sim

check: ## everything that must pass, ends with one line of sums
	@$(S)/check.sh

check-debian: ## packages on three Debian machines: installed, used, purged
	@qemu-tests/debian

check-all: ## check, and what takes too long for every day
	@$(S)/check.sh all

soak: kernel-debug ## random jobs, moves and faults for MINUTES= (10; NODES= SEED=)
	@qemu-tests/soak

demo: kernel ## three nodes share real work: the table at the end tells
	@qemu-tests/demo

bench: kernel kernel-bench kernel-plain ## measure, as ratios (FULL=1: sizes to 1 GiB, plots)
	@qemu-tests/bench

deb: ## Debian package of the tools: build/deb
	@$(S)/mkdeb.sh $(VERSION)

deb-kernel: overlay ## Debian packages of the kernel (CONFIG= to begin with)
	@$(S)/mkdeb-kernel.sh $(VERSION)

clean: ## remove everything that was built (all of build/)
	rm -rf build
