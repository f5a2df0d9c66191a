/* SPDX-License-Identifier: MIT */
/* libcom_err's function of this name; base's has another one for the linker (base/error.h). */
#define error_message com_err_error_message
#include <ext2fs/ext2fs.h>
#undef error_message
#include <inttypes.h>

#include "vm/disk_times.h"

#include "base/alloc.h"

static errcode_t settle_inodes(ext2_filsys fs)
{
	struct ext2_inode_large inode;
	struct ext2_inode *plain = (struct ext2_inode *)(void *)&inode;
	ext2_inode_scan scan;
	ext2_ino_t number;

	errcode_t failed = ext2fs_open_inode_scan(fs, 0, &scan);
	if (failed)
		return failed;
	for (;;) {
		failed = ext2fs_get_next_inode_full(scan, &number, plain, sizeof(inode));
		if (failed || number == 0)
			break;
		if (inode.i_links_count == 0)
			continue;
		inode.i_atime = inode.i_ctime = inode.i_crtime = inode.i_mtime;
		inode.i_atime_extra = inode.i_ctime_extra = inode.i_crtime_extra =
			inode.i_mtime_extra;
		failed = ext2fs_write_inode_full(fs, number, plain, sizeof(inode));
		if (failed)
			break;
	}
	ext2fs_close_inode_scan(scan);
	return failed;
}

struct error *disk_times_settle(const char *path, uint64_t offset, uint64_t epoch)
{
	cleanup_free char *options = xasprintf("offset=%" PRIu64, offset);
	ext2_filsys fs;

	errcode_t failed = ext2fs_open2(path, options, EXT2_FLAG_RW | EXT2_FLAG_64BITS, 0, 0,
					unix_io_manager, &fs);
	if (failed)
		return error_new(ERROR_FAILED, "open the file system in '%s': libext2fs error %ld",
				 path, (long)failed);
	fs->now = (time_t)epoch;
	failed = settle_inodes(fs);
	errcode_t not_closed = ext2fs_close_free(&fs);
	if (failed || not_closed)
		return error_new(ERROR_FAILED, "settle the times in '%s': libext2fs error %ld",
				 path, (long)(failed ? failed : not_closed));
	return NULL;
}
