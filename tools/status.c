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

enum { TUNABLE_WORDS = 16 };

static const struct {
	const char *name;
	const char *words;
} links[] = {
	[LINKS_UNKNOWN] = { "unknown", NULL },
	[LINKS_ENCRYPTED] = { "encrypted", "links are encrypted" },
	[LINKS_INSECURE] = { "insecure",
		"links are INSECURE: who is on the network can read and change all" },
	[LINKS_CLOSED] = { "closed",
		"no key is set, nothing goes or comes: mosctl key FILE" },
};

static int print_text(void)
{
	unsigned int self = node_self();
	char first[VALUE_MAX];
	int ret;

	if (self)
		printf("this is node %u\n", self);
	else
		puts("no node map is set: mosctl config FILE");
	if (links[node_links()].words)
		puts(links[node_links()].words);
	ret = text_read(first, "mosix/admin/tunables");
	if (ret)
		return ret;
	puts(strncmp(first, "name ", 5) ? "\nname value least most what" : "");
	ret = text_copy("mosix/admin/tunables");
	if (ret)
		return ret;
	putchar('\n');
	return text_copy("mosix/vector");
}

/*
 * Words by their order, then text. A kernel may say in a first line, that begins
 * with "name", which words there are; the last one of it is the text.
 */
static int read_heads(char *line, char *head[TUNABLE_WORDS])
{
	int n = 0;

	while (n < TUNABLE_WORDS && (head[n] = strsep(&line, " ")))
		n++;
	return n - 1;
}

static void print_tunable(char *line, char **head, int words)
{
	char *word = strsep(&line, " ");
	int i;

	json_open(word, '{');
	for (i = 1; i < words && (word = strsep(&line, " ")); i++)
		json_word(head[i], word);
	if (line)
		json_text("what", line);
	json_close('}');
}

static void print_tunables(char *text)
{
	char usual[] = "name value least most what", *first = usual;
	char *head[TUNABLE_WORDS], *line;
	int words;

	if (!strncmp(text, "name ", 5))
		first = strsep(&text, "\n");
	words = read_heads(first, head);
	while ((line = strsep(&text, "\n")))
		if (*line)
			print_tunable(line, head, words);
}

static int print_json(void)
{
	char *text;
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
	json_text("links", links[node_links()].name);
	json_open("tunables", '{');
	print_tunables(text);
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

static int print_figure(unsigned int id, const char *figure, int json)
{
	char value[VALUE_MAX];
	int ret;

	if (strchr(figure, '/') || *figure == '.')
		return -EINVAL;
	ret = text_read(value, "mosix/nodes/%u/%s", id, figure);
	if (ret)
		return ret;
	if (!json) {
		puts(value);
		return 0;
	}
	json_open(NULL, '{');
	json_number("node", id);
	if (strcmp(figure, "features"))
		json_word(figure, value);
	else
		json_text(figure, value);	/* in hex, also of digits alone */
	json_close('}');
	return 0;
}

/* One row of the vector, a line or a member for each figure that is known. */
static void print_row(const struct table *vector, int row, int json)
{
	const char *word;
	int i;

	if (json)
		json_open(NULL, '{');
	for (i = 0; i < vector->columns; i++) {
		word = table_word(vector, row, vector->name[i]);
		if (!json)
			printf("%-8s %s\n", vector->name[i], word);
		else if (*word)
			json_word(vector->name[i], word);
	}
	if (json)
		json_close('}');
}

/**
 * status_node - figures of one node
 * @word: which node
 * @figure: a file of its folder, or NULL for all in the vector
 * @json: as one object
 *
 * Return: 0, or a negative errno: -EHOSTUNREACH when it is down.
 */
int status_node(const char *word, const char *figure, int json)
{
	struct table vector;
	unsigned int id;
	int row, ret = node_find(word, &id);

	if (ret)
		return ret;
	if (figure)
		return print_figure(id, figure, json);
	ret = table_load(&vector, "mosix/vector");
	if (ret)
		return ret;
	ret = -ENODEV;
	for (row = 0; row < vector.rows && ret; row++) {
		if (table_number(&vector, row, "node") != id)
			continue;
		print_row(&vector, row, json);
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

static int host_of(const char *address, char host[NI_MAXHOST])
{
	struct addrinfo hints = { .ai_flags = AI_NUMERICHOST,
				  .ai_socktype = SOCK_STREAM };
	struct addrinfo *info;
	int ret;

	if (getaddrinfo(address, NULL, &hints, &info))
		return -ENOENT;
	ret = getnameinfo(info->ai_addr, info->ai_addrlen, host, NI_MAXHOST,
			  NULL, 0, NI_NAMEREQD);
	freeaddrinfo(info);
	return ret ? -ENOENT : 0;
}

/* Id, address and name, as far as they are known. */
static int print_who(unsigned int id, int json)
{
	char address[NODE_ADDRESS] = "", host[NI_MAXHOST] = "";
	int ret = node_address(id, address);

	if (!ret && host_of(address, host))
		*host = '\0';
	if (!json) {
		printf("%u%s%s%s%s\n", id, *address ? " " : "", address,
		       *host ? " " : "", host);
		return ret;
	}
	json_open(NULL, '{');
	json_number("node", id);
	if (*address)
		json_text("address", address);
	if (*host)
		json_text("host", host);
	json_close('}');
	return ret;
}

static int whois_all(int json)
{
	struct node *nodes;
	int i, n = node_load(&nodes);

	if (n < 0)
		return n;
	if (json)
		json_open(NULL, '[');
	for (i = 0; i < n; i++)
		print_who(nodes[i].id, json);
	if (json)
		json_close(']');
	free(nodes);
	return 0;
}

/**
 * status_whois - id, address and name of a node
 * @word: an id, an address or a name; NULL: of all nodes
 * @json: as an object, or a list of them
 *
 * Return: 0, or a negative errno.
 */
int status_whois(const char *word, int json)
{
	char address[NODE_ADDRESS];
	unsigned int id;
	int ret;

	if (!word)
		return whois_all(json);
	ret = node_find(word, &id);
	if (!ret)
		ret = node_address(id, address);
	return ret ? ret : print_who(id, json);
}

/**
 * status_security - are links encrypted, and who was turned away?
 * @json: as one object
 *
 * Return: 0, or a negative errno.
 */
int status_security(int json)
{
	char *text, *rest, *line, *word;
	int ret;

	if (!json)
		return text_copy("mosix/security");
	ret = text_load(&text, "mosix/security");
	if (ret)
		return ret;
	rest = text;
	strsep(&rest, "\n");	/* the first line is a sentence */
	json_open(NULL, '{');
	json_text("links", links[node_links()].name);
	while ((line = strsep(&rest, "\n"))) {
		word = strsep(&line, " ");
		if (line)
			json_word(word, line);
	}
	json_close('}');
	free(text);
	return 0;
}
