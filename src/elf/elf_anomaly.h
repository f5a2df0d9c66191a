/* SPDX-License-Identifier: MIT */
#pragma once
/* What is wrong with a file: a code, the offset in the file that shows it, and words. */
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/macro.h"

/* X(constant, name in JSON, weight): weight 0 is a remark, 1 unusual, 2 only made by hand or
 * damage. */
#define ELF_ANOMALIES(X)                                                                           \
	X(HEADER_TRUNCATED, "header_truncated", 2)                                                 \
	X(CLASS_WRONG, "class_wrong", 2)                                                           \
	X(BYTE_ORDER_WRONG, "byte_order_wrong", 2)                                                 \
	X(VERSION_WRONG, "version_wrong", 2)                                                       \
	X(IDENT_PADDING, "ident_padding_used", 2)                                                  \
	X(HEADER_SIZE, "header_size_wrong", 2)                                                     \
	X(SEGMENT_SIZE, "segment_entry_size_wrong", 2)                                             \
	X(SECTION_SIZE, "section_entry_size_wrong", 2)                                             \
	X(SEGMENTS_OUTSIDE, "segment_table_outside_file", 2)                                       \
	X(SEGMENT_OUTSIDE, "segment_outside_file", 2)                                              \
	X(SEGMENT_OVERLAP, "segments_overlap", 2)                                                  \
	X(SEGMENT_ORDER, "segments_not_ascending", 1)                                              \
	X(SEGMENT_FILE_OVER_MEMORY, "segment_larger_in_file_than_memory", 2)                       \
	X(SEGMENT_MISALIGNED, "segment_misaligned", 2)                                             \
	X(SEGMENT_WRITE_EXECUTE, "segment_writable_and_executable", 1)                             \
	X(SEGMENT_DUPLICATE, "segment_type_repeated", 2)                                           \
	X(SEGMENT_HUGE, "segment_memory_huge", 1)                                                  \
	X(NO_LOAD_SEGMENT, "no_load_segment", 2)                                                   \
	X(ENTRY_UNMAPPED, "entry_point_unmapped", 2)                                               \
	X(ENTRY_WRITABLE, "entry_point_writable", 1)                                               \
	X(ENTRY_NOT_EXECUTABLE, "entry_point_not_executable", 2)                                   \
	X(NO_SECTIONS, "no_section_table", 1)                                                      \
	X(SECTIONS_OUTSIDE, "section_table_outside_file", 2)                                       \
	X(SECTION_OUTSIDE, "section_outside_file", 2)                                              \
	X(SECTION_NAMES, "section_name_table_broken", 2)                                           \
	X(SECTION_NAME, "section_name_broken", 2)                                                  \
	X(SECTION_OVERLAP, "sections_overlap", 1)                                                  \
	X(SECTION_ADDRESS, "section_address_contradicts_segment", 1)                               \
	X(INTERPRETER_BROKEN, "interpreter_broken", 2)                                             \
	X(DYNAMIC_OUTSIDE, "dynamic_outside_file", 2)                                              \
	X(DYNAMIC_UNTERMINATED, "dynamic_unterminated", 2)                                         \
	X(DYNAMIC_VIEWS, "dynamic_segment_and_section_differ", 2)                                  \
	X(DYNAMIC_STRINGS, "dynamic_string_table_broken", 2)                                       \
	X(DYNAMIC_STRING, "dynamic_string_broken", 2)                                              \
	X(SYMBOLS_VIEWS, "symbols_by_segment_and_section_differ", 2)                               \
	X(SYMBOLS_BROKEN, "symbol_table_broken", 2)                                                \
	X(SYMBOL_NAME, "symbol_name_broken", 2)                                                    \
	X(HASH_BROKEN, "hash_table_broken", 2)                                                     \
	X(VERSION_BROKEN, "version_table_broken", 2)                                               \
	X(RELOCATIONS_BROKEN, "relocation_table_broken", 2)                                        \
	X(NOTE_BROKEN, "note_broken", 1)                                                           \
	X(WORK_LIMIT, "work_limit_reached", 2)

enum elf_anomaly_code {
#define X(constant, name, weight) ELF_ANOMALY_##constant,
	ELF_ANOMALIES(X)
#undef X
		ELF_ANOMALY_COUNT
};

enum { ELF_MAX_ANOMALIES = 256, ELF_MAX_ANOMALIES_OF_CODE = 16 };

struct elf_anomaly {
	enum elf_anomaly_code code;
	uint64_t offset; /* in the file */
	const char *text;
};

struct elf_anomalies {
	struct elf_anomaly list[ELF_MAX_ANOMALIES];
	size_t count;                       /* kept in the list */
	uint64_t totals[ELF_ANOMALY_COUNT]; /* met, kept or not */
};

const char *elf_anomaly_name(enum elf_anomaly_code code);
/* 0, 1 or 2: see ELF_ANOMALIES. */
unsigned elf_anomaly_weight(enum elf_anomaly_code code);
/* Counts; keeps at most ELF_MAX_ANOMALIES_OF_CODE of a code. */
void elf_anomaly_add(struct elf_anomalies *anomalies, struct arena *arena,
		     enum elf_anomaly_code code, uint64_t offset, const char *format, ...)
	PRINTF_LIKE(5, 6);
