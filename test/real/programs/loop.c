// Loops for ever with a child of its own; both ignore every polite way of ending them.
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

int main(void) {
  int polite[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE};
  for (unsigned i = 0; i < sizeof polite / sizeof *polite; i++) signal(polite[i], SIG_IGN);
  setvbuf(stdout, NULL, _IOLBF, 0);
  const char *who = fork() == 0 ? "child" : "parent";
  printf("loop: %s %d goes on for ever\n", who, (int)getpid());
  for (;;) sleep(1);
}
