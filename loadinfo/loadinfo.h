/* SPDX-License-Identifier: GPL-2.0-only */
/* What the rest of the kernel part calls: kernel/main.c alone includes it. */
#ifndef MOSIX_LOADINFO_LOADINFO_H
#define MOSIX_LOADINFO_LOADINFO_H

#include "balancer.h"
#include "recorder.h"
#include "show.h"
#include "tune.h"
#include "vector.h"
#include "would.h"

#endif /* MOSIX_LOADINFO_LOADINFO_H */
