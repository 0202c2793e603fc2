/* SPDX-License-Identifier: GPL-2.0-only */
/* What a call loses that is made away from home. */
#ifndef MOSIX_TALK_H
#define MOSIX_TALK_H

#include <linux/types.h>

void mosix_talk_heard(u64 lost_ns);
u64 mosix_talk_loss_ns(void);

#endif /* MOSIX_TALK_H */
