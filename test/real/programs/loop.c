// Loops for ever with two others, in a process group and in a session of their own; none ends for anything polite.
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

int main(void) {
  int polite[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE};
  for (unsigned i = 0; i < sizeof polite / sizeof *polite; i++) signal(polite[i], SIG_IGN);
  setvbuf(stdout, NULL, _IOLBF, 0);
  const char *who = "parent";
  if (fork() == 0) {
    who = "child";
    setpgid(0, 0);
    if (fork() == 0) {
      who = "stray";
      setsid();
    }
  }
  printf("loop: %s %d goes on for ever\n", who, (int)getpid());
  for (;;) sleep(1);
}
