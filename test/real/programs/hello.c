// Prints what it was given and ends with the status it was told: hello [--exit N] [WORD...]
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv) {
  int status = 0, first = 1;
  if (argc > 2 && strcmp(argv[1], "--exit") == 0) {
    status = atoi(argv[2]);
    first = 3;
  }
  printf("hello from a real program\n");
  for (int i = first; i < argc; i++) printf("word %d: %s\n", i - first + 1, argv[i]);
  return status;
}
