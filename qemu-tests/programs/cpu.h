/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * All registers at once: load every general register, the flags, the x87
 * stack, MXCSR and the vector registers with a pattern, stay in a loop of two
 * instructions for a while, then store what is there. Nearly all the time of a
 * victim that uses this passes inside that loop, so that is where a move hits.
 */
#ifndef CPU_H
#define CPU_H

#include "victim.h"

#include <assert.h>
#include <cpuid.h>
#include <stddef.h>

enum cpu_vectors { CPU_SSE, CPU_AVX, CPU_AVX512 };

/* The flags that the loop leaves alone: CF, DF and ID. */
#define CPU_FLAGS 0x200401ull

/**
 * struct cpu_frame - what the registers hold before or after a spin
 * @reg: rax rbx rcx rdx rsi rdi rbp r8 ... r15
 * @flags: RFLAGS
 * @red: the 128 bytes under the stack pointer, which belong to the program
 * @spins: how often the loop goes round
 * @vectors: enum cpu_vectors, which vector registers are used
 * @st: the x87 stack, @st[0] is pushed first
 * @cw: x87 control word
 * @mxcsr: SSE control and status
 * @mask: k0 ... k7 (AVX-512)
 * @vec: zmm0 ... zmm31, or their lower parts
 */
struct cpu_frame {
	uint64_t reg[15];
	uint64_t flags;
	uint64_t red[16];
	uint64_t spins;
	uint64_t vectors;
	double st[8];
	uint32_t cw;
	uint32_t mxcsr;
	uint64_t mask[8];
	uint8_t vec[32][64];
};

static_assert(offsetof(struct cpu_frame, flags) == 120, "used below");
static_assert(offsetof(struct cpu_frame, red) == 128, "used below");
static_assert(offsetof(struct cpu_frame, spins) == 256, "used below");
static_assert(offsetof(struct cpu_frame, vectors) == 264, "used below");
static_assert(offsetof(struct cpu_frame, st) == 272, "used below");
static_assert(offsetof(struct cpu_frame, cw) == 336, "used below");
static_assert(offsetof(struct cpu_frame, mxcsr) == 340, "used below");
static_assert(offsetof(struct cpu_frame, mask) == 344, "used below");
static_assert(offsetof(struct cpu_frame, vec) == 408, "used below");

/* void cpu_spin(struct cpu_frame *frame) */
void cpu_spin(struct cpu_frame *frame);

__asm__(".text\n"
	".p2align 4\n"
	".type cpu_spin, @function\n"
	"cpu_spin:\n"
	"	push %rbx\n	push %rbp\n	push %r12\n"
	"	push %r13\n	push %r14\n	push %r15\n"
	"	pushfq\n"
	"	sub $16, %rsp\n"	/* the caller's cw and mxcsr */
	"	fnstcw (%rsp)\n"
	"	stmxcsr 8(%rsp)\n"
	/* x87 and vectors in */
	"	.set i, 0\n	.rept 8\n	fldl 272+i(%rdi)\n"
	"	.set i, i+8\n	.endr\n"
	"	fldcw 336(%rdi)\n"
	"	ldmxcsr 340(%rdi)\n"
	"	cmpq $1, 264(%rdi)\n"
	"	je 1f\n"
	"	ja 2f\n"
	"	.set i, 0\n"
	"	.irp n,0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15\n"
	"	movdqu 408+i(%rdi), %xmm\\n\n	.set i, i+64\n	.endr\n"
	"	jmp 3f\n"
	"1:	.set i, 0\n"
	"	.irp n,0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15\n"
	"	vmovdqu 408+i(%rdi), %ymm\\n\n	.set i, i+64\n	.endr\n"
	"	jmp 3f\n"
	"2:	.set i, 0\n"
	"	.irp n,0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15\n"
	"	vmovdqu64 408+i(%rdi), %zmm\\n\n	.set i, i+64\n	.endr\n"
	"	.irp n,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31\n"
	"	vmovdqu64 408+i(%rdi), %zmm\\n\n	.set i, i+64\n	.endr\n"
	"	.set i, 0\n	.irp n,0,1,2,3,4,5,6,7\n"
	"	kmovq 344+i(%rdi), %k\\n\n	.set i, i+8\n	.endr\n"
	/* the frame and the counter on the stack, the red zone under them */
	"3:	push %rdi\n"
	"	pushq 256(%rdi)\n"
	"	pushq 120(%rdi)\n"
	"	popfq\n"
	"	.set i, 0\n	.rept 16\n	mov 128+i(%rdi), %rax\n"
	"	mov %rax, -128+i(%rsp)\n	.set i, i+8\n	.endr\n"
	"	mov (%rdi), %rax\n	mov 8(%rdi), %rbx\n"
	"	mov 16(%rdi), %rcx\n	mov 24(%rdi), %rdx\n"
	"	mov 32(%rdi), %rsi\n	mov 48(%rdi), %rbp\n"
	"	.set i, 56\n	.irp n,8,9,10,11,12,13,14,15\n"
	"	mov i(%rdi), %r\\n\n	.set i, i+8\n	.endr\n"
	"	mov 40(%rdi), %rdi\n"
	/* dec leaves CF alone; nothing here but this counter changes */
	"4:	decq (%rsp)\n"
	"	jnz 4b\n"
	/* out again, in an order that needs no scratch register */
	"	xchg %rdi, 8(%rsp)\n"
	"	mov %rax, (%rdi)\n	mov %rbx, 8(%rdi)\n"
	"	mov %rcx, 16(%rdi)\n	mov %rdx, 24(%rdi)\n"
	"	mov %rsi, 32(%rdi)\n	mov %rbp, 48(%rdi)\n"
	"	.set i, 56\n	.irp n,8,9,10,11,12,13,14,15\n"
	"	mov %r\\n, i(%rdi)\n	.set i, i+8\n	.endr\n"
	"	.set i, 0\n	.rept 16\n	mov -128+i(%rsp), %rax\n"
	"	mov %rax, 128+i(%rdi)\n	.set i, i+8\n	.endr\n"
	"	mov 8(%rsp), %rax\n"
	"	mov %rax, 40(%rdi)\n"
	"	pushfq\n"
	"	popq 120(%rdi)\n"
	"	cld\n"
	"	add $16, %rsp\n"
	"	fnstcw 336(%rdi)\n"
	"	stmxcsr 340(%rdi)\n"
	"	.set i, 56\n	.rept 8\n	fstpl 272+i(%rdi)\n"
	"	.set i, i-8\n	.endr\n"
	"	cmpq $1, 264(%rdi)\n"
	"	je 1f\n"
	"	ja 2f\n"
	"	.set i, 0\n"
	"	.irp n,0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15\n"
	"	movdqu %xmm\\n, 408+i(%rdi)\n	.set i, i+64\n	.endr\n"
	"	jmp 3f\n"
	"1:	.set i, 0\n"
	"	.irp n,0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15\n"
	"	vmovdqu %ymm\\n, 408+i(%rdi)\n	.set i, i+64\n	.endr\n"
	"	vzeroupper\n"
	"	jmp 3f\n"
	"2:	.set i, 0\n"
	"	.irp n,0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15\n"
	"	vmovdqu64 %zmm\\n, 408+i(%rdi)\n	.set i, i+64\n	.endr\n"
	"	.irp n,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31\n"
	"	vmovdqu64 %zmm\\n, 408+i(%rdi)\n	.set i, i+64\n	.endr\n"
	"	.set i, 0\n	.irp n,0,1,2,3,4,5,6,7\n"
	"	kmovq %k\\n, 344+i(%rdi)\n	.set i, i+8\n	.endr\n"
	"	vzeroupper\n"
	"3:	ldmxcsr 8(%rsp)\n"
	"	fldcw (%rsp)\n"
	"	add $16, %rsp\n"
	"	popfq\n"
	"	pop %r15\n	pop %r14\n	pop %r13\n"
	"	pop %r12\n	pop %rbp\n	pop %rbx\n"
	"	ret\n"
	".size cpu_spin, .-cpu_spin\n"
);

/* Which vector registers this CPU and this kernel offer. */
static inline enum cpu_vectors cpu_probe(void)
{
	unsigned int a, b, c, d, low, high;

	__cpuid(1, a, b, c, d);
	if (!(c & bit_OSXSAVE) || !(c & bit_AVX))
		return CPU_SSE;
	__asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
	if ((low & 0x6) != 0x6)
		return CPU_SSE;
	if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) ||
	    !(b & bit_AVX512F) || !(b & bit_AVX512BW) || (low & 0xe6) != 0xe6)
		return CPU_AVX;
	return CPU_AVX512;
}

/* Bytes of one vector register. */
static inline size_t cpu_vector_size(const struct cpu_frame *frame)
{
	return (size_t)16 << frame->vectors;
}

/* Fill @frame with the pattern of round @seed. */
static inline void cpu_fill(struct cpu_frame *frame, uint64_t seed)
{
	uint64_t *vec = (uint64_t *)frame->vec;
	size_t i;

	for (i = 0; i < 15; i++)
		frame->reg[i] = victim_mix(seed * 1000 + i);
	for (i = 0; i < 16; i++)
		frame->red[i] = victim_mix(seed * 1000 + 20 + i);
	for (i = 0; i < 8; i++)
		frame->st[i] = (double)(seed * 16 + i) / 7.0;
	for (i = 0; i < 8; i++)
		frame->mask[i] = victim_mix(seed * 1000 + 40 + i);
	for (i = 0; i < sizeof(frame->vec) / sizeof(*vec); i++)
		vec[i] = victim_mix(seed * 1000 + 50 + i);
	/* 0x202: the bits that are always set in user mode. */
	frame->flags = 0x202 | (victim_mix(seed) & CPU_FLAGS);
	/* All exceptions masked; rounding (and x87 precision) by the round. */
	frame->cw = 0x037f | (seed & 3) << 10;
	frame->mxcsr = 0x1f80 | (seed & 3) << 13;
	frame->vectors = cpu_probe();
}

static inline void cpu_check_general(const struct cpu_frame *want,
				     const struct cpu_frame *got)
{
	static const char name[][4] = {
		"rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "r8",
		"r9", "r10", "r11", "r12", "r13", "r14", "r15",
	};
	size_t i;

	for (i = 0; i < 15; i++)
		CHECK(want->reg[i] == got->reg[i],
		      "%s was %#llx, is %#llx", name[i],
		      (unsigned long long)want->reg[i],
		      (unsigned long long)got->reg[i]);
	for (i = 0; i < 16; i++)
		CHECK(want->red[i] == got->red[i],
		      "red zone word %zu was %#llx, is %#llx", i,
		      (unsigned long long)want->red[i],
		      (unsigned long long)got->red[i]);
	CHECK((want->flags & CPU_FLAGS) == (got->flags & CPU_FLAGS),
	      "flags were %#llx, are %#llx", (unsigned long long)want->flags,
	      (unsigned long long)got->flags);
}

static inline void cpu_check_fpu(const struct cpu_frame *want,
				 const struct cpu_frame *got)
{
	size_t count = want->vectors == CPU_AVX512 ? 32 : 16;
	size_t i;

	for (i = 0; i < 8; i++)
		CHECK(want->st[i] == got->st[i], "x87 value %zu was %a, is %a",
		      i, want->st[i], got->st[i]);
	CHECK((want->cw & 0xffff) == (got->cw & 0xffff),
	      "x87 control word was %#x, is %#x", want->cw & 0xffff,
	      got->cw & 0xffff);
	CHECK(want->mxcsr == got->mxcsr, "MXCSR was %#x, is %#x", want->mxcsr,
	      got->mxcsr);
	for (i = 0; i < count; i++)
		CHECK(!memcmp(want->vec[i], got->vec[i], cpu_vector_size(want)),
		      "vector register %zu changed (%zu bytes wide)", i,
		      cpu_vector_size(want));
	for (i = 0; want->vectors == CPU_AVX512 && i < 8; i++)
		CHECK(want->mask[i] == got->mask[i], "k%zu changed", i);
}

#endif
