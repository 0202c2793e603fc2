// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/mosix/key takes the keys and gives none back; /proc/mosix/security
 * tells what they are used for, and who was turned away.
 */
#include "security.h"

#include "key.h"
#include "link.h"
#include "proc.h"
#include "secure.h"

#include <linux/mutex.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

enum { KEY_TEXT_MAX = 4096 };

static DEFINE_MUTEX(write_lock);	/* one writer of the keys at a time */

static int set_keys(char *text)
{
	enum mosix_key_mode before;
	int ret;

	mutex_lock(&write_lock);
	before = mosix_key_mode();
	ret = mosix_key_write(text);
	/* Links that are there stay; what is new is of the new kind. */
	if (!ret && mosix_key_mode() != before)
		mosix_peer_relisten();
	mutex_unlock(&write_lock);
	return ret;
}

static ssize_t key_write(struct file *file, const char __user *buf,
			 size_t count, loff_t *pos)
{
	char *text;
	int ret = -EFAULT;

	if (*pos || !count || count >= KEY_TEXT_MAX)
		return -EINVAL;
	text = kmalloc(count + 1, GFP_KERNEL);
	if (!text)
		return -ENOMEM;
	if (!copy_from_user(text, buf, count)) {
		text[count] = '\0';
		ret = strlen(text) == count ? set_keys(text) : -EINVAL;
	}
	memzero_explicit(text, count + 1);
	kfree(text);
	return ret ?: count;
}

static const struct proc_ops key_ops = {
	.proc_write	= key_write,
};

static int security_show(struct seq_file *m, void *v)
{
	static const char *const modes[] = {
		[KEY_CLOSED]	= "no key: closed",
		[KEY_INSECURE]	= "links INSECURE",
		[KEY_SET]	= "links encrypted",
	};
	u8 public[HS_KEY_LEN];
	u32 i;

	seq_printf(m, "%s\n", modes[mosix_key_mode()]);
	if (mosix_key_public(public))
		seq_printf(m, "public %*phN\n", HS_KEY_LEN, public);
	seq_printf(m, "old_key_left_s %u\n", mosix_key_old_left());
	for (i = 0; i < SECURE_COUNTS; i++)
		seq_printf(m, "%s %llu\n", mosix_secure_count_name(i),
			   mosix_secure_counted(i));
	return 0;
}

/**
 * mosix_security_init - make /proc/mosix/key and /proc/mosix/security
 *
 * Return: 0, -ENOMEM.
 * Context: boot, after mosix_proc_init().
 */
int __init mosix_security_init(void)
{
	if (!proc_create("key", 0200, mosix_proc_root(), &key_ops) ||
	    !proc_create_single("security", 0444, mosix_proc_root(),
				security_show))
		return -ENOMEM;
	return 0;
}
