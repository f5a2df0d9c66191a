/* SPDX-License-Identifier: MIT */
/* Bytes as BTF: every member of layout.def is looked for, as in a kernel. */
#include "memory/layout.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_image struct image *image = NULL;
	cleanup_error struct error *err = image_open_bytes(span_of(data, size), &image);
	struct layout layout;
	struct btf btf;
	char name[64];

	if (err || !btf_read(image, 0, size, &btf))
		return 0;
	layout_init(&layout, &btf);
	struct member member;
	(void)btf_member(&btf, "task", "tasks.next", &member);
	(void)btf_enumerator_name(&btf, "color", 3, name, sizeof(name));
	btf_deinit(&btf);
	return 0;
}
