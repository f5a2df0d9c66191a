/* SPDX-License-Identifier: MIT */
/* eBPF programs that are loaded, with the processes that hold them. */
#include <inttypes.h>

#include "base/text.h"
#include "memory/fds.h"
#include "memory/xarray.h"

enum { ROWS_MAX = 16384, HOLDERS_MAX = 64, TAG_SIZE = 8 };

struct row {
	struct memory_bpf bpf;
	struct text_list holders;
};

struct build {
	struct memory_context *context;
	vec(struct row) rows;
	struct address_map by_address;
	uint64_t operations; /* bpf_prog_fops */
};

/* "BPF_PROG_TYPE_SOCKET_FILTER" → "socket_filter" */
static const char *type_name(struct memory_context *context, uint64_t type)
{
	static const char prefix[] = "BPF_PROG_TYPE_";
	char name[64];

	if (!btf_enumerator_name(&context->kernel->btf, "bpf_prog_type", (int64_t)type, name,
				 sizeof(name)) ||
	    !text_starts_with(name, prefix))
		return arena_printf(context->arena, "%" PRIu64, type);
	for (char *c = name; *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
	return arena_strdup(context->arena, name + sizeof(prefix) - 1);
}

static bool visit_program(void *visitor, uint64_t index, uint64_t program)
{
	struct build *build = visitor;
	struct memory_context *context = build->context;
	struct kernel *kernel = context->kernel;
	const struct layout *layout = &kernel->layout;
	uint64_t aux = kernel_get(kernel, program, layout->bpf_prog_aux);
	uint8_t tag[TAG_SIZE] = {0};
	char tag_text[2 * TAG_SIZE + 1];
	(void)index;

	if (build->rows.count >= ROWS_MAX ||
	    !address_map_add(&build->by_address, program, (uint32_t)build->rows.count, NULL))
		return build->rows.count < ROWS_MAX;
	(void)kernel_read(kernel, program + layout->bpf_prog_tag.offset, tag, sizeof(tag));
	text_hex(tag, sizeof(tag), tag_text);
	struct memory_bpf *bpf = &vec_push(&build->rows)->bpf;
	bpf->address = program;
	bpf->id = kernel_get(kernel, aux, layout->bpf_prog_aux_id);
	bpf->type = type_name(context, kernel_get(kernel, program, layout->bpf_prog_type));
	bpf->name = kernel_array_text(kernel, aux, layout->bpf_prog_aux_name);
	bpf->tag = arena_strdup(context->arena, tag_text);
	bpf->instructions = kernel_get(kernel, program, layout->bpf_prog_len);
	bpf->uid = kernel_get(kernel, kernel_get(kernel, aux, layout->bpf_prog_aux_user),
			      layout->user_struct_uid);
	if (kernel_get(kernel, program, layout->bpf_prog_jited_len))
		bpf->code = kernel_get(kernel, program, layout->bpf_prog_bpf_func);
	uint64_t attached = kernel_get(kernel, aux, layout->bpf_prog_aux_attach_func_name);
	bpf->attached_to = attached ? kernel_string(kernel, attached, 256) : NULL;
	bpf->loaded_ns = kernel_get(kernel, aux, layout->bpf_prog_aux_load_time);
	return true;
}

static void visit_fd(void *visitor, const struct fd_entry *entry)
{
	struct build *build = visitor;
	struct kernel *kernel = build->context->kernel;
	uint32_t row;

	if (kernel_get(kernel, entry->file, kernel->layout.file_f_op) != build->operations ||
	    !address_map_find(&build->by_address,
			      kernel_get(kernel, entry->file, kernel->layout.file_private_data),
			      &row) ||
	    build->rows.data[row].holders.count >= HOLDERS_MAX)
		return;
	text_list_add(&build->rows.data[row].holders,
		      arena_printf(build->context->arena, "%" PRIu64 " %s", entry->process->pid,
				   entry->process->name ? entry->process->name : "?"));
}

const char *plugin_bpf(struct memory_context *context)
{
	struct kernel *kernel = context->kernel;
	struct build build = {.context = context};
	vec(struct memory_bpf) rows = {0};
	struct member head;
	uint64_t table;

	if (!kernel->has_types || !kernel_symbol(kernel, "prog_idr", &table) ||
	    !btf_member(&kernel->btf, "idr", "idr_rt.xa_head", &head))
		return "needs the kernel's types and symbols";
	if (!xarray_walk(kernel, kernel_get(kernel, table, head), visit_program, &build))
		context_anomaly(context, "bpf_table", table,
				"the table of BPF programs is malformed");
	if (kernel->init_task && kernel_symbol(kernel, "bpf_prog_fops", &build.operations))
		fds_walk(context, visit_fd, &build);
	for (size_t i = 0; i < build.rows.count; i++) {
		struct row *row = &build.rows.data[i];
		list_take(context->arena, &row->bpf.holders, row->holders.data, row->holders.count);
		vec_deinit(&row->holders);
		vec_add(&rows, row->bpf);
	}
	list_take(context->arena, &context->report->bpf_programs, rows.data, rows.count);
	vec_deinit(&rows);
	vec_deinit(&build.rows);
	address_map_deinit(&build.by_address);
	return NULL;
}
