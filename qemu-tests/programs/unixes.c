// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unix sockets to a child at home: streams, datagrams and records, descriptors
 * and credentials that are passed both ways, many messages in one call.
 */
#include "bytes.h"
#include "folder.h"
#include "partner.h"

#include <sys/ioctl.h>
#include <sys/uio.h>
#include <sys/un.h>

enum { MESSAGES = 6, PART = 700, RECORD = 3000, LONG = 170000, SHORT = 140000 };

static int record_pair[2], dgram, listener;

static struct sockaddr_un name_of(const char *name)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };

	CHECK(strlen(folder_path(name)) < sizeof(un.sun_path), "a long path");
	strcpy(un.sun_path, folder_path(name));
	return un;
}

/* A message with one byte and with a descriptor, or credentials, or neither. */
static void send_control(int fd, int type, const void *data, size_t size)
{
	char control[CMSG_SPACE(sizeof(struct ucred))] = "";
	struct iovec one = { (char *)"!", 1 };
	struct msghdr m = { .msg_iov = &one, .msg_iovlen = 1,
			    .msg_control = control,
			    .msg_controllen = CMSG_SPACE(size) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = type;
	c->cmsg_len = CMSG_LEN(size);
	memcpy(CMSG_DATA(c), data, size);
	CHECK(sendmsg(fd, &m, 0) == 1, "sendmsg: %s", strerror(errno));
}

static void take_control(int fd, int type, void *data, size_t size)
{
	char control[256], byte = 0;
	struct iovec one = { &byte, 1 };
	struct msghdr m = { .msg_iov = &one, .msg_iovlen = 1,
			    .msg_control = control,
			    .msg_controllen = sizeof(control) };
	struct cmsghdr *c;

	CHECK(recvmsg(fd, &m, MSG_CMSG_CLOEXEC) == 1 && byte == '!',
	      "recvmsg: %s", strerror(errno));
	CHECK(!(m.msg_flags & (MSG_CTRUNC | MSG_TRUNC)), "flags %#x",
	      m.msg_flags);
	c = CMSG_FIRSTHDR(&m);
	CHECK(c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == type &&
	      c->cmsg_len == CMSG_LEN(size), "another control message: %d",
	      c ? c->cmsg_type : -1);
	memcpy(data, CMSG_DATA(c), size);
	CHECK(!CMSG_NXTHDR(&m, c), "two control messages");
}

/* The child's jobs. */

static long write_to_passed(long seed)
{
	char bytes[PART];
	int fd;

	take_control(record_pair[1], SCM_RIGHTS, &fd, sizeof(fd));
	bytes_fill(bytes, PART, seed);
	bytes_write(fd, bytes, PART);
	return close(fd);
}

static long pass_pipe(long seed)
{
	char bytes[PART];
	int ends[2];

	CHECK_CALL(pipe(ends));
	send_control(record_pair[1], SCM_RIGHTS, &ends[0], sizeof(int));
	bytes_fill(bytes, PART, seed);
	bytes_write(ends[1], bytes, PART);
	close(ends[0]);
	return close(ends[1]);
}

/* Who the child thinks has sent it: by the message, and by the socket. */
static long pid_of_sender(long unused)
{
	struct ucred cred;

	(void)unused;
	take_control(record_pair[1], SCM_CREDENTIALS, &cred, sizeof(cred));
	CHECK(cred.uid == getuid() && cred.gid == getgid(), "uid %u, gid %u",
	      cred.uid, cred.gid);
	return cred.pid;
}

static long send_credentials(long unused)
{
	struct ucred cred = { getpid(), getuid(), getgid() };

	(void)unused;
	send_control(record_pair[1], SCM_CREDENTIALS, &cred, sizeof(cred));
	return 0;
}

static long connect_and_talk(long seed)
{
	struct sockaddr_un un = name_of("stream");
	int fd = CHECK_CALL(socket(AF_UNIX, SOCK_STREAM, 0));
	socklen_t size = sizeof(struct ucred);
	char bytes[PART];
	struct ucred cred;

	CHECK_CALL(connect(fd, (struct sockaddr *)&un, sizeof(un)));
	CHECK_CALL(getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &size));
	bytes_fill(bytes, PART, seed);
	bytes_write(fd, bytes, PART);
	CHECK_CALL(shutdown(fd, SHUT_WR));
	CHECK(bytes_read(fd, bytes, PART) == PART, "no answer");
	bytes_check(bytes, PART, ~seed, "the answer");
	close(fd);
	return cred.pid;
}

static long send_datagrams(long seed)
{
	struct sockaddr_un un = name_of("dgram"), own = name_of("child");
	int fd = CHECK_CALL(socket(AF_UNIX, SOCK_DGRAM, 0));
	char bytes[PART];

	CHECK_CALL(bind(fd, (struct sockaddr *)&own, sizeof(own)));
	for (int i = 0; i < MESSAGES; i++) {
		bytes_fill(bytes, PART, seed + i);
		CHECK(sendto(fd, bytes, PART - i, 0, (struct sockaddr *)&un,
			     sizeof(un)) == PART - i, "sendto: %s",
		      strerror(errno));
	}
	CHECK(bytes_read(fd, bytes, 1) == 1 && bytes[0] == 'k', "no answer");
	close(fd);
	return unlink(folder_path("child"));
}

/* The victim's half. */

static void passed_descriptors(void)
{
	char bytes[PART];
	int fd, flags;

	fd = CHECK_CALL(open(folder_path("file"), O_CREAT | O_EXCL | O_RDWR,
			     0600));
	bytes_write(fd, "0123456789", 10);
	send_control(record_pair[0], SCM_RIGHTS, &fd, sizeof(fd));
	CHECK(!partner_ask(write_to_passed, victim.done), "close in the child");
	CHECK(lseek(fd, 0, SEEK_CUR) == PART + 10, "the place is %ld",
	      lseek(fd, 0, SEEK_CUR));
	CHECK(pread(fd, bytes, PART, 10) == PART, "pread");
	bytes_check(bytes, PART, victim.done, "a file that was passed");
	close(fd);
	CHECK_CALL(unlink(folder_path("file")));
	CHECK(!partner_ask(pass_pipe, victim.done), "the child's pipe");
	take_control(record_pair[0], SCM_RIGHTS, &fd, sizeof(fd));
	flags = CHECK_CALL(fcntl(fd, F_GETFD));
	CHECK(flags == FD_CLOEXEC, "MSG_CMSG_CLOEXEC made it %d", flags);
	CHECK(bytes_read(fd, bytes, PART) == PART, "the pipe ended");
	bytes_check(bytes, PART, victim.done, "a pipe that was passed");
	CHECK(!bytes_read(fd, bytes, 1), "no end of the pipe");
	close(fd);
}

static void pass_credentials(void)
{
	struct ucred cred = { getpid(), getuid(), getgid() };
	int on = 1, off = 0;
	long pid;

	CHECK_CALL(setsockopt(record_pair[1], SOL_SOCKET, SO_PASSCRED, &on,
			      sizeof(on)));
	/* Without being asked to: the kernel names the sender. */
	CHECK(send(record_pair[0], "!", 1, 0) == 1, "send");
	pid = partner_ask(pid_of_sender, 0);
	CHECK(pid == getpid(), "a message of %ld, not %d", pid, getpid());
	send_control(record_pair[0], SCM_CREDENTIALS, &cred, sizeof(cred));
	pid = partner_ask(pid_of_sender, 0);
	CHECK(pid == getpid(), "a message of %ld, not %d", pid, getpid());
	CHECK_CALL(setsockopt(record_pair[1], SOL_SOCKET, SO_PASSCRED, &off,
			      sizeof(off)));
	CHECK_CALL(setsockopt(record_pair[0], SOL_SOCKET, SO_PASSCRED, &on,
			      sizeof(on)));
	partner_ask(send_credentials, 0);
	take_control(record_pair[0], SCM_CREDENTIALS, &cred, sizeof(cred));
	CHECK(cred.pid == partner_pid && cred.uid == getuid(),
	      "credentials of %d, not %d", cred.pid, partner_pid);
	CHECK_CALL(setsockopt(record_pair[0], SOL_SOCKET, SO_PASSCRED, &off,
			      sizeof(off)));
}

static void accepted(void)
{
	socklen_t size = sizeof(struct ucred);
	char bytes[PART];
	struct ucred cred;
	int fd, error;
	long pid;

	partner_tell(connect_and_talk, victim.done);
	fd = CHECK_CALL(accept4(listener, NULL, NULL, SOCK_CLOEXEC));
	CHECK_CALL(getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &size));
	CHECK(cred.pid == partner_pid, "connected by %d, not %d", cred.pid,
	      partner_pid);
	CHECK(bytes_read(fd, bytes, PART) == PART, "the stream ended");
	bytes_check(bytes, PART, victim.done, "the stream");
	CHECK(!bytes_read(fd, bytes, 1), "no end of the stream");
	bytes_fill(bytes, PART, ~victim.done);
	bytes_write(fd, bytes, PART);
	pid = partner_hear();
	CHECK(pid == getpid(), "the child is connected to %ld, not %d", pid,
	      getpid());
	/* It has closed: a signal that is not wanted, or an error. */
	error = send(fd, "x", 1, MSG_NOSIGNAL) == -1 ? errno : 0;
	CHECK(error == EPIPE, "send to nobody: %s", strerror(error));
	close(fd);
}

static void datagrams(void)
{
	char parts[MESSAGES][2][PART] = { };
	struct sockaddr_un from[MESSAGES];
	struct iovec vector[MESSAGES][2];
	struct mmsghdr m[MESSAGES] = { };
	int count = 0, got;

	for (int i = 0; i < MESSAGES; i++) {
		vector[i][0] = (struct iovec){ parts[i][0], 100 };
		vector[i][1] = (struct iovec){ parts[i][1], PART - 100 };
		m[i].msg_hdr = (struct msghdr){
			.msg_name = &from[i], .msg_namelen = sizeof(from[i]),
			.msg_iov = vector[i], .msg_iovlen = 2,
		};
	}
	partner_tell(send_datagrams, victim.done);
	for (; count < MESSAGES; count += got)
		got = CHECK_CALL(recvmmsg(dgram, m + count, MESSAGES - count,
					  MSG_WAITFORONE, NULL));
	for (int i = 0; i < MESSAGES; i++) {
		char want[PART];

		CHECK(m[i].msg_len == (unsigned int)PART - i,
		      "message %d of %u bytes", i, m[i].msg_len);
		CHECK(!strcmp(from[i].sun_path, folder_path("child")),
		      "message %d of %s", i, from[i].sun_path);
		bytes_fill(want, PART, victim.done + i);
		bytes_same(parts[i][0], want, 100, "the first part");
		bytes_same(parts[i][1], want + 100, PART - i - 100,
			   "the second part");
	}
	CHECK(recv(dgram, parts, 1, MSG_DONTWAIT) == -1 && errno == EAGAIN,
	      "one message more");
	CHECK(sendto(dgram, "k", 1, 0, (struct sockaddr *)&from[0],
		     m[0].msg_hdr.msg_namelen) == 1, "the answer: %s",
	      strerror(errno));
	CHECK(!partner_hear(), "the child's own name");
}

/* Sent in one call and taken one by one: each is whole, or cut and gone. */
static void cut_records(void)
{
	static char out[MESSAGES][RECORD], in[RECORD];
	struct iovec vector[MESSAGES][2];
	struct mmsghdr m[MESSAGES] = { };
	int own[2], bytes = 0;
	ssize_t got;

	CHECK_CALL(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, own));
	for (int i = 0; i < MESSAGES; i++) {
		bytes_fill(out[i], RECORD, victim.done * 3 + i);
		vector[i][0] = (struct iovec){ out[i], 1 };
		vector[i][1] = (struct iovec){ out[i] + 1, RECORD - 1 - i };
		m[i].msg_hdr.msg_iov = vector[i];
		m[i].msg_hdr.msg_iovlen = 2;
	}
	CHECK(sendmmsg(own[0], m, MESSAGES, 0) == MESSAGES, "sendmmsg: %s",
	      strerror(errno));
	CHECK_CALL(ioctl(own[1], FIONREAD, &bytes));
	CHECK(bytes >= RECORD, "FIONREAD: %d bytes", bytes);
	for (int i = 0; i < MESSAGES; i++) {
		CHECK((int)m[i].msg_len == RECORD - i, "%u bytes were sent",
		      m[i].msg_len);
		CHECK(recv(own[1], in, 10, MSG_PEEK | MSG_TRUNC) == RECORD - i,
		      "a record of another size");
		got = recv(own[1], in, i % 2 ? 100 : RECORD, 0);
		CHECK(got == (i % 2 ? 100 : RECORD - i), "%zd bytes", got);
		bytes_check(in, got, victim.done * 3 + i, "a record");
	}
	CHECK_CALL(shutdown(own[0], SHUT_RDWR));
	CHECK(!recv(own[1], in, RECORD, 0), "no end of the records");
	close(own[0]);
	close(own[1]);
}

/* Of a record that is longer than its buffer, which is large, the length is told. */
static void cut_long_record(void)
{
	static char out[LONG], in[LONG];
	int own[2];
	ssize_t got;

	CHECK_CALL(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, own));
	bytes_fill(out, LONG, victim.done);
	CHECK(send(own[0], out, LONG, 0) == LONG, "send: %s", strerror(errno));
	memset(in, '-', LONG);
	got = recv(own[1], in, SHORT, MSG_TRUNC);
	CHECK(got == LONG, "a long record has %zd bytes", got);
	bytes_check(in, SHORT, victim.done, "a long record");
	CHECK(in[SHORT] == '-' && in[LONG - 1] == '-', "written behind the buffer");
	close(own[0]);
	close(own[1]);
}

int main(int argc, char **argv)
{
	struct sockaddr_un un;

	victim_begin(argc, argv);
	folder_begin();
	CHECK_CALL(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, record_pair));
	un = name_of("dgram");
	dgram = CHECK_CALL(socket(AF_UNIX, SOCK_DGRAM, 0));
	CHECK_CALL(bind(dgram, (struct sockaddr *)&un, sizeof(un)));
	un = name_of("stream");
	listener = CHECK_CALL(socket(AF_UNIX, SOCK_STREAM, 0));
	CHECK_CALL(bind(listener, (struct sockaddr *)&un, sizeof(un)));
	CHECK_CALL(listen(listener, 1));
	partner_begin();
	while (victim_next()) {
		passed_descriptors();
		pass_credentials();
		accepted();
		datagrams();
		cut_records();
		cut_long_record();
	}
	partner_end();
	CHECK_CALL(unlink(folder_path("dgram")));
	CHECK_CALL(unlink(folder_path("stream")));
	folder_end();
	return victim_pass();
}
