// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/mosix and /proc/PID/mosix: text, one value or record a line.
 *
 * A write is one whole value; what is not understood is refused with the
 * error that says why and changes nothing. The table of each file is in
 * Documentation/proc.rst.
 */
#include "proc.h"

#include "allow.h"
#include "link.h"
#include "migrate.h"
#include "moves.h"
#include "node.h"
#include "pages.h"
#include "param.h"
#include "sigmig.h"
#include "stay.h"
#include "strategy.h"
#include "task.h"
#include "totals.h"

#include <linux/cred.h>
#include <linux/mosix.h>
#include <linux/poll.h>
#include <linux/proc_fs.h>
#include <linux/ptrace.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/uidgid.h>
#include <linux/utsname.h>

#include <fs/proc/internal.h>

enum {
	CONFIG_MAX	= 2048 * 1024,
	FILE_MAX	= 1 << 16,
};

static struct proc_dir_entry *root;

/**
 * mosix_proc_root - the folder /proc/mosix
 *
 * Return: the entry; other parts make their files below it.
 * Context: any, after mosix_proc_init().
 */
struct proc_dir_entry *mosix_proc_root(void)
{
	return root;
}

/**
 * mosix_proc_value - one short value that is written
 * @value: receives it, NUL-terminated, one newline at the end dropped
 * @buf: of the write
 * @count: of the write
 * @pos: of the write, which must be the first one
 *
 * Return: 0, -EINVAL, -EFAULT.
 * Context: process context.
 */
int mosix_proc_value(char value[MOSIX_VALUE_MAX], const char __user *buf,
		     size_t count, loff_t *pos)
{
	if (*pos || !count || count >= MOSIX_VALUE_MAX)
		return -EINVAL;
	if (copy_from_user(value, buf, count))
		return -EFAULT;
	value[count] = '\0';
	if (strlen(value) != count)
		return -EINVAL;
	if (value[count - 1] == '\n')
		value[count - 1] = '\0';
	return 0;
}

/**
 * mosix_proc_obey - a write(2) of one short value
 * @file: to this file
 * @buf: of the write
 * @count: of the write
 * @pos: of the write, which must be the first one
 * @obey: what to do, with the data of the file; its errno fails the write
 *
 * Return: @count, or a negative errno.
 * Context: process context.
 */
ssize_t mosix_proc_obey(struct file *file, const char __user *buf, size_t count,
			loff_t *pos, int (*obey)(void *data, const char *value))
{
	char value[MOSIX_VALUE_MAX];
	int ret = mosix_proc_value(value, buf, count, pos);

	if (!ret)
		ret = obey(pde_data(file_inode(file)), value);
	return ret ?: count;
}

/* ---- /proc/PID/mosix ---- */

static void show_reasons(struct seq_file *m, struct task_struct *p)
{
	struct mosix_proc *proc = mosix_task_proc(p);
	u64 why;
	u32 i;

	if (proc && (mosix_proc_is_away(proc) || mosix_proc_is_guest(proc)))
		return;
	why = mosix_stay_reasons(p);
	for (i = 0; i < STAY_REASONS; i++)
		if (why & BIT_ULL(i))
			seq_printf(m, "%s\n", mosix_stay_name(i));
}

static void show_where(struct seq_file *m, struct task_struct *p)
{
	struct mosix_proc *proc = mosix_task_proc(p);

	seq_printf(m, "%u\n", proc ? mosix_proc_where(proc) :
				     mosix_node_self());
}

static void show_home(struct seq_file *m, struct task_struct *p)
{
	struct mosix_proc *proc = mosix_task_proc(p);

	seq_printf(m, "%u\n", proc ? mosix_proc_home(proc) :
				     mosix_node_self());
}

static void show_lock(struct seq_file *m, struct task_struct *p)
{
	struct mosix_proc *proc = mosix_task_proc(p);

	seq_printf(m, "%u\n", proc ? READ_ONCE(proc->user_lock) : 0);
}

static void show_nodes(struct seq_file *m, struct task_struct *p)
{
	struct mosix_proc *proc = mosix_task_proc(p);
	char text[LB_NODESET_TEXT];
	struct lb_nodeset set = {};

	if (proc)
		mosix_allow_get(proc, &set);
	lb_nodeset_print(&set, text);
	seq_printf(m, "%s\n", text);
}

static void show_sigmig(struct seq_file *m, struct task_struct *p)
{
	seq_printf(m, "%u\n", mosix_sigmig_asked(p));
}

static void show_strategy(struct seq_file *m, struct task_struct *p)
{
	mosix_strategy_show(m, mosix_task_proc(p));
}

static void show_goto(struct seq_file *m, struct task_struct *p)
{
	struct mosix_proc *proc = mosix_task_proc(p);
	u16 to = 0;

	if (proc && mosix_migrate_wanted(proc, &to))
		to = to ?: mosix_node_self();
	seq_printf(m, "%u\n", to);
}

static u32 count_moves(struct task_struct *p)
{
	struct mosix_proc *proc = mosix_task_proc(p);

	return proc ? READ_ONCE(proc->nmigs) : 0;
}

static void show_nmigs(struct seq_file *m, struct task_struct *p)
{
	seq_printf(m, "%u\n", count_moves(p));
}

static void show_text(struct seq_file *m, struct mosix_proc *proc,
		      const char *text)
{
	char copy[MOSIX_LAST_LEN] = "-";

	if (proc) {
		spin_lock(&proc->lock);
		if (text[0])
			strscpy(copy, text, sizeof(copy));
		spin_unlock(&proc->lock);
	}
	seq_printf(m, "%s\n", copy);
}

static void show_last(struct seq_file *m, struct task_struct *p)
{
	struct mosix_proc *proc = mosix_task_proc(p);

	show_text(m, proc, proc ? proc->last : NULL);
}

static void show_why(struct seq_file *m, struct task_struct *p)
{
	struct mosix_proc *proc = mosix_task_proc(p);

	show_text(m, proc, proc ? proc->why : NULL);
}

/* Set at boot. */
static void (*would)(struct seq_file *m, struct task_struct *p);

/**
 * mosix_proc_set_would - who knows where the balancer would send a process
 * @fn: prints one line; @p is held
 *
 * Context: at boot.
 */
void mosix_proc_set_would(void (*fn)(struct seq_file *m,
				     struct task_struct *p))
{
	WRITE_ONCE(would, fn);
}

static void show_would(struct seq_file *m, struct task_struct *p)
{
	void (*fn)(struct seq_file *m, struct task_struct *p) = READ_ONCE(would);

	if (fn)
		fn(m, p);
}

static unsigned long pages_here(struct task_struct *p)
{
	struct mm_struct *mm = get_task_mm(p);
	unsigned long pages = mm ? get_mm_rss(mm) : 0;

	if (mm)
		mmput(mm);
	return pages;
}

/* Of a guest; here it is nobody. */
static void show_home_user(struct seq_file *m, struct mosix_proc *proc)
{
	u32 uid = READ_ONCE(proc->home_uid);

	if (uid == WIRE_NO_USER)
		seq_putc(m, '-');
	else
		seq_printf(m, "%u", uid);
}

static void show_stats(struct seq_file *m, struct task_struct *p)
{
	struct mosix_proc *proc = mosix_task_proc(p);
	struct mosix_pages *pg = NULL;

	if (proc) {
		spin_lock(&proc->lock);
		pg = proc->pages;
		if (pg)
			mosix_pages_get(pg);
		spin_unlock(&proc->lock);
	}
	seq_printf(m, "state %s\n",
		   mosix_state_name(proc ? mosix_proc_state(proc) : ST_HOME));
	seq_printf(m, "pages_fetched %llu\n", pg ? pg->fetched : 0);
	seq_printf(m, "pages_served %llu\n", pg ? pg->served : 0);
	seq_printf(m, "pages_pushed %llu\n", pg ? pg->pushed_nr : 0);
	seq_printf(m, "pages_ahead %llu\n", pg ? pg->ahead_nr : 0);
	seq_printf(m, "faults %llu\n", pg ? pg->faults : 0);
	seq_printf(m, "pages_kept %llu\n", pg ? pg->kept_nr : 0);
	seq_printf(m, "pages_here %lu\n", pages_here(p));
	mosix_strategy_stats(m, proc);
	if (proc && mosix_proc_is_guest(proc)) {
		seq_puts(m, "uid ");
		show_home_user(m, proc);
		seq_putc(m, '\n');
	}
	mosix_pages_put(pg);
}

/* Whoever may kill a process may move it: the kernel's own check. */
static int may_kill(struct task_struct *p)
{
	int ret;

	rcu_read_lock();
	ret = group_send_sig_info(0, SEND_SIG_NOINFO, p, PIDTYPE_TGID);
	rcu_read_unlock();
	return ret;
}

/*
 * And whoever opened the file may, too: a set-user-ID program says what its caller
 * has it say, and where its words go the caller has chosen.
 */
static int may_write(const struct file *file, struct task_struct *p)
{
	const struct cred *own;
	int ret = may_kill(p);

	if (ret)
		return ret;
	own = override_creds(file->f_cred);
	ret = may_kill(p);
	revert_creds(own);
	return ret;
}

static int set_goto(struct task_struct *p, const char *value)
{
	u16 node = 0;

	if (strcmp(value, "home") && (kstrtou16(value, 10, &node) || !node))
		return -EINVAL;
	return mosix_migrate_request(p, node, MOSIX_WHY_USER);
}

static int set_lock(struct task_struct *p, const char *value)
{
	u8 lock;
	int ret;

	if (kstrtou8(value, 10, &lock) || lock > 1)
		return -EINVAL;
	ret = mosix_task_ensure(p);
	if (!ret)
		WRITE_ONCE(mosix_task_proc(p)->user_lock, lock);
	return ret;
}

static int set_nodes(struct task_struct *p, const char *value)
{
	struct lb_nodeset set = {};
	int ret = 0;

	if (*value)
		ret = lb_nodeset_parse(&set, value, strlen(value));
	if (!ret)
		ret = mosix_task_ensure(p);
	return ret ?: mosix_allow_set(mosix_task_proc(p), &set);
}

static int set_strategy(struct task_struct *p, const char *value)
{
	int ret = mosix_task_ensure(p);

	return ret ?: mosix_strategy_fix(mosix_task_proc(p), value);
}

/* Asked for of this program, and by who may: none is executed in between. */
static int set_sigmig(struct task_struct *p, const char *value)
{
	int ret = mosix_task_ensure(p);

	if (ret)
		return ret;
	ret = down_read_killable(&p->signal->exec_update_lock);
	if (ret)
		return ret;
	ret = may_kill(p) ?: mosix_sigmig_ask(p, value);
	up_read(&p->signal->exec_update_lock);
	return ret;
}

/**
 * struct pid_file - one file of /proc/PID/mosix
 * @name: of the file, as in the table of fs/proc/base.c
 * @show: prints its value
 * @write: takes a value; NULL for a file that is only read
 */
struct pid_file {
	const char *name;
	void (*show)(struct seq_file *m, struct task_struct *p);
	int (*write)(struct task_struct *p, const char *value);
};

static const struct pid_file pid_files[] = {
	{ "where", show_where },
	{ "home", show_home },
	{ "goto", show_goto, set_goto },
	{ "lock", show_lock, set_lock },
	{ "nodes", show_nodes, set_nodes },
	{ "strategy", show_strategy, set_strategy },
	{ "nmigs", show_nmigs },
	{ "sigmig", show_sigmig, set_sigmig },
	{ "cantmove", show_reasons },
	{ "last", show_last },
	{ "why", show_why },
	{ "would", show_would },
	{ "stats", show_stats },
};

static const struct pid_file *find_pid_file(const struct file *file)
{
	const char *name = file->f_path.dentry->d_name.name;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(pid_files); i++)
		if (!strcmp(pid_files[i].name, name))
			return &pid_files[i];
	return NULL;
}

static int pid_show(struct seq_file *m, void *v)
{
	const struct pid_file *pf = find_pid_file(m->file);
	struct task_struct *p = get_proc_task(file_inode(m->file));

	if (!p)
		return -ESRCH;
	/* Whoever polls waits for more of them than there were. */
	m->poll_event = count_moves(p);
	if (pf)
		pf->show(m, p);
	put_task_struct(p);
	return pf ? 0 : -ENOENT;
}

static int pid_open(struct inode *inode, struct file *file)
{
	return single_open(file, pid_show, NULL);
}

static ssize_t pid_write(struct file *file, const char __user *buf,
			 size_t count, loff_t *pos)
{
	const struct pid_file *pf = find_pid_file(file);
	struct task_struct *p = get_proc_task(file_inode(file));
	char value[MOSIX_VALUE_MAX];
	int ret;

	if (!p)
		return -ESRCH;
	ret = may_write(file, p);
	if (!ret)
		ret = mosix_proc_value(value, buf, count, pos);
	if (!ret)
		ret = pf && pf->write ? pf->write(p, value) : -EINVAL;
	put_task_struct(p);
	return ret ?: count;
}

/* As for /proc/mounts: something urgent when it has moved since it was read. */
static __poll_t pid_poll(struct file *file, poll_table *wait)
{
	struct task_struct *p = get_proc_task(file_inode(file));
	const struct seq_file *m = file->private_data;
	__poll_t ready = EPOLLIN | EPOLLRDNORM;

	if (!p)
		return ready | EPOLLERR | EPOLLHUP;
	poll_wait(file, mosix_moves_queue(), wait);
	if (count_moves(p) != (u32)m->poll_event)
		ready |= EPOLLERR | EPOLLPRI;
	put_task_struct(p);
	return ready;
}

const struct file_operations mosix_proc_pid_fops = {
	.open		= pid_open,
	.read		= seq_read,
	.write		= pid_write,
	.poll		= pid_poll,
	.llseek		= seq_lseek,
	.release	= single_release,
};

/* ---- /proc/mosix ---- */

static int config_show(struct seq_file *m, void *v)
{
	mosix_node_show(m);
	return 0;
}

static int config_open(struct inode *inode, struct file *file)
{
	return single_open_size(file, config_show, NULL, PAGE_SIZE);
}

static ssize_t config_write(struct file *file, const char __user *buf,
			    size_t count, loff_t *pos)
{
	char *text;
	int ret;

	if (*pos || count >= CONFIG_MAX)
		return -EINVAL;
	text = kvmalloc(count + 1, GFP_KERNEL);
	if (!text)
		return -ENOMEM;
	ret = -EFAULT;
	if (!copy_from_user(text, buf, count)) {
		text[count] = '\0';
		ret = strlen(text) == count ? mosix_node_configure(text) :
					      -EINVAL;
	}
	kvfree(text);
	if (!ret)
		mosix_peer_relisten();
	return ret ?: count;
}

static const struct proc_ops config_ops = {
	.proc_open	= config_open,
	.proc_read	= seq_read,
	.proc_write	= config_write,
	.proc_lseek	= seq_lseek,
	.proc_release	= single_release,
};

static int self_show(struct seq_file *m, void *v)
{
	seq_printf(m, "%u\n", mosix_node_self());
	return 0;
}

/* As /proc is mounted (hidepid=): whom its reader may not look at is not there. */
static bool may_see(const struct seq_file *m, struct task_struct *p)
{
	const struct proc_fs_info *info = proc_sb_info(file_inode(m->file)->i_sb);

	return info->hide_pid == HIDEPID_OFF ||
	       (info->hide_pid != HIDEPID_NOT_PTRACEABLE &&
		in_group_p(info->pid_gid)) ||
	       ptrace_may_access(p, PTRACE_MODE_READ_FSCREDS);
}

/* One line each; who reads it goes by the words of the first. */
static void show_process(struct seq_file *m, struct mosix_proc *proc,
			 struct task_struct *p)
{
	bool guest = mosix_proc_is_guest(proc);
	pid_t pid = guest ? READ_ONCE(proc->pid) : p->tgid;
	char comm[TASK_COMM_LEN];

	if (!pid)
		return;		/* made here, home has not named it yet */
	get_task_comm(comm, p);
	seq_printf(m, "%d ", pid);
	/* One word, whatever a program calls itself. */
	seq_escape(m, comm[0] ? comm : "-", " \t\n\\");
	seq_printf(m, " %u %u %s %u %d ", mosix_proc_home(proc),
		   mosix_proc_where(proc),
		   mosix_state_name(mosix_proc_state(proc)),
		   READ_ONCE(proc->nmigs), p->tgid);
	if (guest)
		show_home_user(m, proc);
	else
		seq_printf(m, "%u",
			   from_kuid_munged(&init_user_ns, task_uid(p)));
	seq_printf(m, " %u\n", READ_ONCE(proc->nlive));
}

static int processes_show(struct seq_file *m, void *v)
{
	struct mosix_proc *proc = NULL;
	struct task_struct *p;

	seq_puts(m, "pid name home where state moves here_pid uid threads\n");
	while ((proc = mosix_proc_next(proc))) {
		p = mosix_proc_task(proc, 0);
		if (!p)
			continue;
		if (may_see(m, p))
			show_process(m, proc, p);
		put_task_struct(p);
	}
	return 0;
}

/* Of this node, a line each: name and value. */
static int info_show(struct seq_file *m, void *v)
{
	struct mosix_proc *proc = NULL;
	u32 away = 0, guests = 0;

	while ((proc = mosix_proc_next(proc))) {
		away += mosix_proc_is_away(proc);
		guests += mosix_proc_is_guest(proc) &&
			  mosix_proc_state(proc) != ST_GONE;
	}
	seq_printf(m, "version %s\n", init_utsname()->release);
	seq_printf(m, "protocol %u\n", mosix_param(PARAM_WIRE_VERSION));
	seq_printf(m, "protocol_least %u\n", WIRE_VERSION_MIN);
	seq_printf(m, "self %u\n", mosix_node_self());
	seq_printf(m, "away %u\n", away);
	seq_printf(m, "guests %u\n", guests);
	mosix_totals_show(m);
	return 0;
}

static int param_show(struct seq_file *m, void *v)
{
	const struct mosix_param *param = m->private;
	u32 value = READ_ONCE(param->value);

	if (param->words)
		seq_printf(m, "%s\n", param->words[value]);
	else
		seq_printf(m, "%u\n", value);
	return 0;
}

static int param_open(struct inode *inode, struct file *file)
{
	return single_open(file, param_show, pde_data(inode));
}

static int set_param(void *data, const char *value)
{
	return mosix_param_set(data, value);
}

static ssize_t param_write(struct file *file, const char __user *buf,
			   size_t count, loff_t *pos)
{
	return mosix_proc_obey(file, buf, count, pos, set_param);
}

static const struct proc_ops param_ops = {
	.proc_open	= param_open,
	.proc_read	= seq_read,
	.proc_write	= param_write,
	.proc_lseek	= seq_lseek,
	.proc_release	= single_release,
};

static void show_param(struct seq_file *m, const struct mosix_param *param)
{
	u32 value = READ_ONCE(param->value);

	if (param->words)
		seq_printf(m, "%s %s %s - -", param->name, param->words[value],
			   param->words[param->usual]);
	else
		seq_printf(m, "%s %u %u %u %u", param->name, value,
			   param->usual, param->min, param->max);
	seq_printf(m, " %s %s\n", param->unit ?: "-", param->help);
}

static int params_show(struct seq_file *m, void *v)
{
	struct mosix_param *param;
	u32 i;

	seq_puts(m, "name value default least most unit what\n");
	for (i = 0; (param = mosix_param_at(i)); i++)
		show_param(m, param);
	return 0;
}

static int make_params(void)
{
	struct proc_dir_entry *admin = proc_mkdir("admin", root);
	struct mosix_param *param;
	u32 i;

	if (!admin)
		return -ENOMEM;
	for (i = 0; (param = mosix_param_at(i)); i++)
		if (!proc_create_data(param->name, 0644, admin, &param_ops,
				      param))
			return -ENOMEM;
	if (!proc_create_single("tunables", 0444, admin, params_show))
		return -ENOMEM;
	return 0;
}

/**
 * mosix_proc_init - make /proc/mosix
 *
 * Return: 0, -ENOMEM.
 * Context: boot.
 */
int mosix_proc_init(void)
{
	root = proc_mkdir("mosix", NULL);
	if (!root ||
	    !proc_create("config", 0644, root, &config_ops) ||
	    !proc_create_single("self", 0444, root, self_show) ||
	    !proc_create_single("info", 0444, root, info_show) ||
	    !proc_create_single("processes", 0444, root, processes_show))
		return -ENOMEM;
	return make_params();
}
