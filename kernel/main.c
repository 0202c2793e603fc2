// SPDX-License-Identifier: GPL-2.0-only
/* Composition root: what is made at boot, and in which order. */
#include "gate.h"
#include "inject.h"
#include "migrate.h"
#include "moves.h"
#include "pages.h"
#include "proc.h"
#include "security.h"
#include "verb.h"
#include "visit.h"

#include "../deputy/body.h"
#include "../loadinfo/loadinfo.h"

#include <linux/init.h>
#include <linux/printk.h>

static int __init mosix_init(void)
{
	int ret;

	mosix_tune_init();
	ret = mosix_migrate_init();
	if (ret)
		goto err;
	ret = mosix_serve_start();
	if (ret)
		goto err;
	ret = mosix_gate_init();
	if (ret)
		goto err;
	ret = mosix_proc_init();
	if (ret)
		goto err;
	ret = mosix_inject_init();
	if (ret)
		goto err;
	ret = mosix_security_init();
	if (ret)
		goto err;
	ret = mosix_moves_init();
	if (ret)
		goto err;
	ret = mosix_verb_init();
	if (ret)
		goto err;
	mosix_account_init();
	ret = mosix_show_init();
	if (ret)
		goto err;
	ret = mosix_recorder_init();
	if (ret)
		goto err;
	mosix_birth_set_admit(mosix_vector_admit);
	mosix_visit_set_more(mosix_vector_has_more);
	mosix_proc_set_would(mosix_would_show);
	ret = mosix_balancer_start();
	if (ret)
		goto err;
	return 0;
err:
	/* Nothing moves without a node map, so what was made may stay. */
	pr_err("mosix: not started: %pe\n", ERR_PTR(ret));
	return ret;
}
late_initcall(mosix_init);
