// SPDX-License-Identifier: GPL-2.0-only
/*
 * TARGET FOLDER...: feed a target with all that lies in the folders, without an
 * engine: to count the lines that inputs reach, and where there is no clang.
 */
#include <dirent.h>

#include "fuzz.h"

static void feed_file(const char *path)
{
	static u8 bytes[1 << 18];
	FILE *f = fopen(path, "r");
	struct fuzz_input in = { .at = bytes, .left = 0 };
	u8 *copy;

	if (!f) {
		perror(path);
		exit(1);
	}
	in.left = fread(bytes, 1, sizeof(bytes), f);
	fclose(f);
	copy = fuzz_copy(&in, in.left);
	fuzz_one(copy, in.at - bytes);
	free(copy);
}

static void feed_folder(const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *d;
	char path[4096];

	if (!dir) {
		perror(folder);
		exit(1);
	}
	while ((d = readdir(dir))) {
		if (d->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, d->d_name);
		feed_file(path);
	}
	closedir(dir);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		feed_folder(argv[i]);
	return 0;
}
