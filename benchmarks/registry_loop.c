/* The least that writing tags costs any client: GET of each digest once, PUT of each tag, over kept connections.
 *
 *   registry_loop PORT CONNECTIONS MANIFEST < FILE    FILE: lines "REPOSITORY TAG DIGEST", those of a digest together
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ROOM = 1 << 16, MOST = 1 << 15 };

struct peer { int fd; size_t held; char data[ROOM]; };

static const char *manifest;

static void must(int ok, const char *what) { if (!ok) { perror(what); exit(1); } }

static void send_all(int fd, const char *text, size_t length) {
    while (length) {
        ssize_t sent = send(fd, text, length, MSG_NOSIGNAL);
        if (sent <= 0) return;
        text += sent, length -= sent;
    }
}

/* The length of the first whole message in `data`; 0 while it is incomplete. */
static size_t whole(struct peer *it) {
    it->data[it->held] = 0;
    char *end = strstr(it->data, "\r\n\r\n");
    if (!end) return 0;
    char *length = strcasestr(it->data, "\r\ncontent-length:");
    size_t size = end + 4 - it->data;
    if (length && length < end) size += strtoul(length + 17, 0, 10);
    return size <= it->held ? size : 0;
}

static void drop(struct peer *it, size_t size) { memmove(it->data, it->data + size, it->held -= size); }

struct tag { char repository[256], tag[160], digest[80]; int fresh; };
static struct tag tags[MOST];
static size_t number, next;
static const char *host;

/* Send the next request of the phase; 0 when none is left. */
static int ask(struct peer *it, int putting) {
    char out[ROOM];
    while (next < number && !putting && !tags[next].fresh) next++;
    if (next == number) return 0;
    struct tag *t = &tags[next++];
    int length = putting
        ? snprintf(out, sizeof out, "PUT /v2/%s/manifests/%s HTTP/1.1\r\nHost: %s\r\n"
              "Content-Type: application/vnd.oci.image.manifest.v1+json\r\nContent-Length: %zu\r\n\r\n%s",
              t->repository, t->tag, host, strlen(manifest), manifest)
        : snprintf(out, sizeof out, "GET /v2/%s/manifests/%s HTTP/1.1\r\nHost: %s\r\n"
              "Accept: application/vnd.oci.image.manifest.v1+json\r\n\r\n", t->repository, t->digest, host);
    send_all(it->fd, out, length);
    return 1;
}

static void phase(struct peer *all, int connections, int poll, int putting) {
    struct epoll_event ready[64];
    int busy = 0;
    next = 0;
    for (int i = 0; i < connections; i++) busy += ask(&all[i], putting);
    while (busy) {
        int count = epoll_wait(poll, ready, 64, -1);
        for (int i = 0; i < count; i++) {
            struct peer *it = ready[i].data.ptr;
            ssize_t got = recv(it->fd, it->data + it->held, ROOM - 1 - it->held, 0);
            must(got > 0, "the registry closed a connection");
            it->held += got;
            size_t size = whole(it);
            if (!size) continue;
            must(it->data[9] == '2', "the registry refused a request");
            drop(it, size);
            busy -= !ask(it, putting);
        }
    }
}

static int put_all(int port, int connections) {
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int one = 1, poll = epoll_create1(0);
    struct peer *all = calloc(connections, sizeof *all);
    for (int i = 0; i < connections; i++) {
        all[i].fd = socket(AF_INET, SOCK_STREAM, 0);
        must(!connect(all[i].fd, (void *)&at, sizeof at), "connect");
        setsockopt(all[i].fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = &all[i]};
        epoll_ctl(poll, EPOLL_CTL_ADD, all[i].fd, &event);
    }
    phase(all, connections, poll, 0), phase(all, connections, poll, 1);
    return 0;
}

int main(int count, char **words) {
    if (count != 4) return 2;
    manifest = words[3];
    char local[32];
    snprintf(local, sizeof local, "127.0.0.1:%.5s", words[1]), host = local;
    const struct tag *before = 0;
    for (struct tag *t = tags; number < MOST; t++) {
        if (scanf("%255s %159s %79s", t->repository, t->tag, t->digest) != 3) break;
        t->fresh = !before || strcmp(before->repository, t->repository) || strcmp(before->digest, t->digest);
        before = t, number++;
    }
    return put_all(atoi(words[1]), atoi(words[2]));
}
