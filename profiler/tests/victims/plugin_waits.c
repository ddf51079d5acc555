/* SPDX-License-Identifier: Apache-2.0 */
/* A plugin that works, and waits for other threads, while the loader has it in its hands. */
void loader_constructed(void);
__attribute__((constructor)) static void start(void) { loader_constructed(); }
