/* SPDX-License-Identifier: MIT */
#pragma once
/*
 * Names of ELF's numbers as readelf prints them (without PT_, SHT_, DT_…). Every function gives
 * NULL for a number that has none. Processor-specific numbers need the machine.
 */
#include <stdint.h>

const char *elf_machine_name(uint16_t machine); /* "x86-64" */
const char *elf_machine_description(uint16_t machine);
const char *elf_type_name(uint16_t type); /* "EXEC" */
const char *elf_os_abi_name(uint8_t os_abi);
const char *elf_segment_type_name(uint32_t type, uint16_t machine);
const char *elf_section_type_name(uint32_t type, uint16_t machine);
const char *elf_dynamic_tag_name(uint64_t tag, uint16_t machine);
const char *elf_symbol_type_name(uint8_t type);
const char *elf_symbol_binding_name(uint8_t binding);
const char *elf_symbol_visibility_name(uint8_t visibility);
