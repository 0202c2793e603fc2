/* SPDX-License-Identifier: GPL-2.0-only */
/* The nodes of the cluster, as this node knows them. */
#ifndef MOSIX_TOOLS_NODE_H
#define MOSIX_TOOLS_NODE_H

enum { NODE_ADDRESS = 64, NODE_STATUS = 64, NODE_MOST = 65535 };

struct node {
	unsigned int id;
	int up;
	char status[NODE_STATUS];	/* words with commas between */
	long long load;			/* 1000: a job for each reference CPU */
	long long cpus;
	long long speed;		/* 1000: the reference */
	long long guests;
	long long tmem_kib;
	long long mem_kib;		/* could be given away */
	long long age_ms;
};

/* What a node is wanted for; zero is: anything. */
struct node_want {
	const char *list;		/* ids, as "1-3,7"; NULL: all */
	unsigned int but;		/* not this one */
	long long mem_kib;		/* so much must be free */
	long long within;		/* so much worse than the best will do */
};

/* What the kernel says of new links; CLOSED is: it has no key. */
enum node_links {
	LINKS_UNKNOWN,
	LINKS_ENCRYPTED,
	LINKS_INSECURE,
	LINKS_CLOSED,
};

int node_load(struct node **nodes);
unsigned int node_self(void);
enum node_links node_links(void);
int node_has(const struct node *node, const char *state);
int node_is_in(unsigned int id, const char *list);
int node_list_is_valid(const char *list);
int node_address(unsigned int id, char address[NODE_ADDRESS]);
int node_find(const char *word, unsigned int *id);
long long node_cost(const struct node *node);
int node_best(const struct node *nodes, int n, const struct node_want *want);

#endif /* MOSIX_TOOLS_NODE_H */
