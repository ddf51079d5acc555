/* SPDX-License-Identifier: Apache-2.0 */
/* A frame of C in between, compiled with -fexceptions as libraries with call-backs are. */
void through_c(void (*call)(int), int n);
void through_c(void (*call)(int), int n)
{
    call(n);
    __asm__ volatile("");
}
