// SPDX-License-Identifier: GPL-2.0-only
/* This node, its tunables, all nodes as they are known here, and who is who. */
#include "status.h"
#include "json.h"
#include "node.h"
#include "table.h"
#include "text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int print_text(void)
{
	unsigned int self = node_self();
	int ret;

	if (self)
		printf("this is node %u\n", self);
	else
		puts("no node map is set: mosctl config FILE");
	puts("\ntunable, value, least, most");
	ret = text_copy("mosix/admin/tunables");
	if (ret)
		return ret;
	putchar('\n');
	return text_copy("mosix/vector");
}

static void print_tunable(char *line)
{
	static const char *const keys[] = { "value", "least", "most" };
	char *word = strsep(&line, " ");
	size_t i;

	json_open(word, '{');
	for (i = 0; i < 3 && (word = strsep(&line, " ")); i++)
		json_word(keys[i], word);
	if (line)
		json_text("what", line);
	json_close('}');
}

static int print_json(void)
{
	char *text, *line, *rest;
	struct table vector;
	int ret = table_load(&vector, "mosix/vector");

	if (ret)
		return ret;
	ret = text_load(&text, "mosix/admin/tunables");
	if (ret) {
		table_free(&vector);
		return ret;
	}
	json_open(NULL, '{');
	json_number("self", node_self());
	json_open("tunables", '{');
	rest = text;
	while ((line = strsep(&rest, "\n")))
		if (*line)
			print_tunable(line);
	json_close('}');
	table_json(&vector, "nodes");
	json_close('}');
	free(text);
	table_free(&vector);
	return 0;
}

/**
 * status_print - all about this node and its cluster
 * @json: as one object
 *
 * Return: 0, or a negative errno.
 */
int status_print(int json)
{
	char self[VALUE_MAX];
	int ret = text_read(self, "mosix/self");

	if (ret)
		return ret;
	return json ? print_json() : print_text();
}

/**
 * status_node - figures of one node
 * @word: which node
 * @figure: a file of its folder, or NULL for all in the vector
 *
 * Return: 0, or a negative errno: -EHOSTUNREACH when it is down.
 */
int status_node(const char *word, const char *figure)
{
	char value[VALUE_MAX];
	struct table vector;
	unsigned int id;
	int i, row, ret = node_find(word, &id);

	if (ret)
		return ret;
	if (figure) {
		ret = strchr(figure, '/') || *figure == '.' ? -EINVAL :
		      text_read(value, "mosix/nodes/%u/%s", id, figure);
		if (!ret)
			puts(value);
		return ret;
	}
	ret = table_load(&vector, "mosix/vector");
	if (ret)
		return ret;
	ret = -ENODEV;
	for (row = 0; row < vector.rows; row++) {
		if (table_number(&vector, row, "node") != id)
			continue;
		for (i = 0; i < vector.columns; i++)
			printf("%-8s %s\n", vector.name[i],
			       table_word(&vector, row, vector.name[i]));
		ret = 0;
	}
	table_free(&vector);
	return ret;
}

/**
 * status_is_up - is a node up?
 * @word: which node
 *
 * Return: 1, 0, or a negative errno.
 */
int status_is_up(const char *word)
{
	struct node *nodes;
	unsigned int id;
	int i, n, ret = node_find(word, &id);

	if (ret)
		return ret;
	n = node_load(&nodes);
	if (n < 0)
		return n;
	ret = -ENODEV;
	for (i = 0; i < n; i++)
		if (nodes[i].id == id)
			ret = nodes[i].up;
	free(nodes);
	return ret;
}

static void print_host(const char *address)
{
	struct addrinfo hints = { .ai_flags = AI_NUMERICHOST,
				  .ai_socktype = SOCK_STREAM };
	struct addrinfo *info;
	char host[NI_MAXHOST];

	if (getaddrinfo(address, NULL, &hints, &info)) {
		putchar('\n');
		return;
	}
	if (getnameinfo(info->ai_addr, info->ai_addrlen, host, sizeof(host),
			NULL, 0, NI_NAMEREQD))
		putchar('\n');
	else
		printf(" %s\n", host);
	freeaddrinfo(info);
}

static int whois_all(void)
{
	char address[NODE_ADDRESS];
	struct node *nodes;
	int i, n = node_load(&nodes);

	for (i = 0; i < n; i++) {
		printf("%u", nodes[i].id);
		if (!node_address(nodes[i].id, address)) {
			printf(" %s", address);
			print_host(address);
		} else {
			putchar('\n');
		}
	}
	if (n >= 0)
		free(nodes);
	return n < 0 ? n : 0;
}

/**
 * status_whois - id, address and name of a node
 * @word: an id, an address or a name; NULL: of all nodes
 *
 * Return: 0, or a negative errno.
 */
int status_whois(const char *word)
{
	char address[NODE_ADDRESS];
	unsigned int id;
	int ret;

	if (!word)
		return whois_all();
	ret = node_find(word, &id);
	if (!ret)
		ret = node_address(id, address);
	if (ret)
		return ret;
	printf("%u %s", id, address);
	print_host(address);
	return 0;
}
