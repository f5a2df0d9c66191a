/* SPDX-License-Identifier: MIT */
#include "memory/kallsyms.h"

void kallsyms_deinit(struct kallsyms *symbols)
{
	free(symbols->addresses);
	free(symbols->names);
	free(symbols->text);
	free(symbols->hash);
	free(symbols->order);
	*symbols = (struct kallsyms){0};
}

bool kallsyms_read_tokens(struct span table, struct span index, struct kallsyms_tokens *ret)
{
	for (size_t i = 0; i < KALLSYMS_TOKENS; i++) {
		struct span token;
		uint16_t offset = span_u16(index, i * 2, BYTE_ORDER_LITTLE);
		if (!span_string(table, offset, &token) || token.size > UINT8_MAX)
			return false;
		ret->data[i] = token.data;
		ret->sizes[i] = (uint8_t)token.size;
	}
	return true;
}

bool kallsyms_next_name(struct reader *names, struct span *ret)
{
	uint32_t size = reader_u8(names);

	if (size & 0x80)
		size = (size & 0x7f) | (uint32_t)reader_u8(names) << 7;
	*ret = reader_bytes(names, size);
	return reader_ok(names) && size > 0;
}

/* FNV-1a. */
static uint64_t name_hash(const char *name, size_t size)
{
	uint64_t hash = 0xcbf29ce484222325u;

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ (uint8_t)name[i]) * 0x100000001b3u;
	return hash ^ hash >> 32;
}

static const char *symbol_name(const struct kallsyms *symbols, size_t i)
{
	return symbols->text + symbols->names[i];
}

/* Enters symbol i unless the name is there: of several static functions the first counts. */
static void hash_add(struct kallsyms *symbols, size_t i, size_t size)
{
	const char *name = symbol_name(symbols, i);
	size_t slot = (size_t)name_hash(name, size) & symbols->hash_mask;

	for (; symbols->hash[slot]; slot = (slot + 1) & symbols->hash_mask)
		if (strcmp(symbol_name(symbols, symbols->hash[slot] - 1), name) == 0)
			return;
	symbols->hash[slot] = (uint32_t)i + 1;
}

static void allocate(struct kallsyms *symbols, size_t count)
{
	size_t slots = 1024;

	while (slots < count * 2)
		slots *= 2;
	symbols->count = count;
	symbols->addresses = xcalloc(count, sizeof(*symbols->addresses));
	symbols->names = xcalloc(count, sizeof(*symbols->names));
	symbols->hash = xcalloc(slots, sizeof(*symbols->hash));
	symbols->hash_mask = slots - 1;
}

/* Expands one name into out (KALLSYMS_NAME_MAX + 1); its size, 0 when it is too long or empty. */
static size_t expand(const struct kallsyms_tokens *tokens, struct span name, char *out)
{
	size_t size = 0;

	for (size_t i = 0; i < name.size; i++) {
		size_t part = tokens->sizes[name.data[i]];
		if (part > KALLSYMS_NAME_MAX - size)
			return 0;
		memcpy(out + size, tokens->data[name.data[i]], part);
		size += part;
	}
	out[size] = '\0';
	return size;
}

static bool decode_names(struct kallsyms *symbols, struct span names,
			 const struct kallsyms_tokens *tokens)
{
	struct reader reader = reader_of(names, BYTE_ORDER_LITTLE);
	size_t capacity = symbols->count * 24, used = 0;

	symbols->text = xmalloc(capacity + KALLSYMS_NAME_MAX + 1);
	for (size_t i = 0; i < symbols->count; i++) {
		struct span name;
		if (!kallsyms_next_name(&reader, &name))
			return false;
		if (used >= capacity) {
			if (capacity > KALLSYMS_TEXT_MAX)
				return false;
			capacity += capacity / 2;
			symbols->text =
				xrealloc_array(symbols->text, capacity + KALLSYMS_NAME_MAX + 1, 1);
		}
		size_t size = expand(tokens, name, symbols->text + used);
		if (size < 2)
			return false;
		symbols->names[i] = (uint32_t)used + 1; /* behind the type */
		used += size + 1;
		hash_add(symbols, i, size - 1);
	}
	symbols->text_size = used;
	return true;
}

/* The value of entry i under a mode. */
static uint64_t address_of(enum kallsyms_mode mode, struct span offsets, size_t i, uint64_t base,
			   uint64_t offsets_vaddr)
{
	if (mode == KALLSYMS_ABSOLUTE)
		return span_u64(offsets, i * 8, BYTE_ORDER_LITTLE);
	uint32_t raw = span_u32(offsets, i * 4, BYTE_ORDER_LITTLE);
	int64_t value = (int32_t)raw;
	if (mode == KALLSYMS_RELATIVE)
		return base + raw;
	if (mode == KALLSYMS_PLACE)
		return offsets_vaddr + i * 4 + (uint64_t)value;
	return value >= 0 ? (uint64_t)value : base - 1 - (uint64_t)value;
}

/* Without _stext to compare with: most entries of a PERCPU table are negative, of a RELATIVE one
 * positive. */
static enum kallsyms_mode guess_mode(struct span offsets, size_t count)
{
	size_t negative = 0;

	for (size_t i = 0; i < count; i++)
		negative += span_u32(offsets, i * 4, BYTE_ORDER_LITTLE) >> 31;
	return negative > count / 2 ? KALLSYMS_PERCPU : KALLSYMS_RELATIVE;
}

/* Finds the mode that gives _stext its address. */
static bool choose_mode(const struct kallsyms *symbols, struct span offsets,
			const struct kallsyms_place *place, uint64_t base, enum kallsyms_mode *ret)
{
	static const enum kallsyms_mode modes[] = {KALLSYMS_PERCPU, KALLSYMS_RELATIVE,
						   KALLSYMS_PLACE, KALLSYMS_ABSOLUTE};
	uint64_t index;

	/* While addresses are not filled in, kallsyms_find() gives the index. */
	if (!kallsyms_find(symbols, "_stext", &index))
		return false;
	if (!place->stext) {
		*ret = guess_mode(offsets, symbols->count);
		return base >= 0xffff000000000000u;
	}
	for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
		enum kallsyms_mode mode = modes[i];
		if (address_of(mode, offsets, (size_t)index, base, place->offsets_vaddr) !=
		    place->stext)
			continue;
		*ret = mode;
		return true;
	}
	return false;
}

static int by_address(const void *a, const void *b, void *addresses)
{
	const uint64_t *values = addresses;
	uint64_t left = values[*(const uint32_t *)a], right = values[*(const uint32_t *)b];

	return left < right ? -1 : left > right;
}

/* Absolute per-CPU values stand between the others: those tables need an order of their own. */
static void sort_addresses(struct kallsyms *symbols)
{
	size_t i = 1;

	while (i < symbols->count && symbols->addresses[i - 1] <= symbols->addresses[i])
		i++;
	if (i >= symbols->count)
		return;
	symbols->order = xcalloc(symbols->count, sizeof(*symbols->order));
	for (i = 0; i < symbols->count; i++)
		symbols->order[i] = (uint32_t)i;
	qsort_r(symbols->order, symbols->count, sizeof(*symbols->order), by_address,
		symbols->addresses);
}

static bool decode(struct image *image, const struct kallsyms_place *place, struct kallsyms *ret)
{
	cleanup_blob struct image_blob names = {0}, tokens = {0}, index = {0}, offsets = {0};
	uint64_t names_end = place->tokens > place->names ? place->tokens : place->offsets;
	struct kallsyms_tokens table;
	uint64_t base = 0;

	uint64_t token_size = image_left(image, place->tokens, KALLSYMS_TOKENS_MAX);
	if (names_end <= place->names ||
	    !image_blob_read(image, place->names, names_end - place->names, &names) ||
	    !image_blob_read(image, place->tokens, token_size, &tokens) ||
	    !image_blob_read(image, place->index, KALLSYMS_TOKENS * 2, &index) ||
	    !image_blob_read(image, place->offsets,
			     image_left(image, place->offsets, ret->count * 8), &offsets) ||
	    (place->base && !image_read_u64(image, place->base, &base)))
		return false;
	if (offsets.bytes.size < ret->count * 4 ||
	    !kallsyms_read_tokens(tokens.bytes, index.bytes, &table) ||
	    !decode_names(ret, names.bytes, &table) ||
	    !choose_mode(ret, offsets.bytes, place, base, &ret->mode))
		return false;
	for (size_t i = 0; i < ret->count; i++)
		ret->addresses[i] =
			address_of(ret->mode, offsets.bytes, i, base, place->offsets_vaddr);
	sort_addresses(ret);
	return true;
}

bool kallsyms_read(struct image *image, const struct kallsyms_place *place, struct kallsyms *ret)
{
	struct kallsyms symbols = {0};
	uint8_t count[4];

	if (!image_read(image, place->num_syms, count, sizeof(count)))
		return false;
	uint32_t number = span_u32(span_of(count, sizeof(count)), 0, BYTE_ORDER_LITTLE);
	if (number < KALLSYMS_MIN || number > KALLSYMS_MAX)
		return false;
	allocate(&symbols, number);
	for (size_t i = 0; i < number; i++)
		symbols.addresses[i] = i;
	if (!decode(image, place, &symbols)) {
		kallsyms_deinit(&symbols);
		return false;
	}
	*ret = symbols;
	return true;
}

bool kallsyms_find(const struct kallsyms *symbols, const char *name, uint64_t *ret)
{
	if (!symbols->count)
		return false;
	size_t slot = (size_t)name_hash(name, strlen(name)) & symbols->hash_mask;
	for (; symbols->hash[slot]; slot = (slot + 1) & symbols->hash_mask) {
		size_t i = symbols->hash[slot] - 1;
		if (strcmp(symbol_name(symbols, i), name) != 0)
			continue;
		*ret = symbols->addresses[i];
		return true;
	}
	return false;
}

static size_t at_rank(const struct kallsyms *symbols, size_t rank)
{
	return symbols->order ? symbols->order[rank] : rank;
}

/* How many symbols are at or below vaddr. */
static size_t rank_of(const struct kallsyms *symbols, uint64_t vaddr)
{
	size_t low = 0, high = symbols->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (symbols->addresses[at_rank(symbols, middle)] <= vaddr)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const char *kallsyms_name_at(const struct kallsyms *symbols, uint64_t vaddr, uint64_t *ret_offset)
{
	size_t rank = rank_of(symbols, vaddr);

	if (rank == 0)
		return NULL;
	uint64_t start = symbols->addresses[at_rank(symbols, rank - 1)];
	/* Of several names for one address the first is the one that the kernel prints. */
	while (rank >= 2 && symbols->addresses[at_rank(symbols, rank - 2)] == start)
		rank--;
	if (ret_offset)
		*ret_offset = vaddr - start;
	return symbol_name(symbols, at_rank(symbols, rank - 1));
}

uint64_t kallsyms_next(const struct kallsyms *symbols, uint64_t vaddr)
{
	size_t rank = rank_of(symbols, vaddr);

	return rank < symbols->count ? symbols->addresses[at_rank(symbols, rank)] : 0;
}
