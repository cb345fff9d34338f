/* What `sudo -n -- PROGRAM …` does for these tests: owned by root and setuid, it runs a program as root and says who
   asked. */

#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int count, char **words) {
    int at = 1;
    char text[16];
    while (at < count && strcmp(words[at], "--") != 0) {
        at += 1;
    }
    snprintf(text, sizeof text, "%u", getuid());
    setenv("SUDO_UID", text, 1);
    snprintf(text, sizeof text, "%u", getgid());
    setenv("SUDO_GID", text, 1);
    if (setgroups(0, NULL) != 0 || setresgid(0, 0, 0) != 0 || setresuid(0, 0, 0) != 0) {
        perror("sudo of the tests");
        return 1;
    }
    execv(words[at + 1], words + at + 1);
    perror(words[at + 1]);
    return 1;
}
