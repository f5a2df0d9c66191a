/* SPDX-License-Identifier: MIT */
#pragma once
/* The sections of the page, one function each. */
#include "report/page/page.h"

/* The title of a finding, in both languages where the rule has both. */
void page_behavior_title(struct page *page, const struct behavior *behavior);

void section_verdict(struct page *page);
void section_sample(struct page *page);
void section_behaviors(struct page *page);
void section_indicators(struct page *page);
void section_processes(struct page *page);
void section_timeline(struct page *page);
void section_network(struct page *page);
void section_files(struct page *page);
void section_static(struct page *page);
void section_memory(struct page *page);
void section_syscalls(struct page *page);
void section_terminal(struct page *page);
void section_run(struct page *page);
void section_artifacts(struct page *page);
