/* SPDX-License-Identifier: MIT */
#include "behavior/field.h"

#include <stdint.h>

#include "base/macro.h"
#include "base/text.h"

static const struct {
	const char *name;
	enum rule_field field;
} names[] = {
	/* Sigma's, for Linux */
	{"Image", FIELD_IMAGE},
	{"CommandLine", FIELD_COMMAND_LINE},
	{"ParentImage", FIELD_PARENT_IMAGE},
	{"ParentCommandLine", FIELD_PARENT_COMMAND_LINE},
	{"CurrentDirectory", FIELD_CURRENT_DIRECTORY},
	{"User", FIELD_USER},
	{"LogonId", FIELD_USER_ID},
	{"TargetFilename", FIELD_TARGET_FILENAME},
	{"SourceFilename", FIELD_SOURCE_FILENAME},
	{"DestinationIp", FIELD_DESTINATION_IP},
	{"DestinationPort", FIELD_DESTINATION_PORT},
	{"DestinationHostname", FIELD_DESTINATION_HOSTNAME},
	{"SourceIp", FIELD_SOURCE_IP},
	{"SourcePort", FIELD_SOURCE_PORT},
	{"Protocol", FIELD_PROTOCOL},
	{"Initiated", FIELD_INITIATED},
	{"QueryName", FIELD_QUERY_NAME},
	{"QueryResults", FIELD_QUERY_RESULTS},
	{"ImageLoaded", FIELD_IMAGE_LOADED},
	{"TargetImage", FIELD_TARGET_IMAGE},
	{"SourceImage", FIELD_IMAGE},
	{"ProcessId", FIELD_PROCESS_ID},
	{"ProcessName", FIELD_PROCESS_NAME},
	/* auditd's */
	{"type", FIELD_AUDIT_TYPE},
	{"name", FIELD_AUDIT_NAME},
	{"exe", FIELD_IMAGE},
	{"comm", FIELD_PROCESS_NAME},
	{"cwd", FIELD_CURRENT_DIRECTORY},
	{"uid", FIELD_USER_ID},
	{"euid", FIELD_USER_ID},
	{"SYSCALL", FIELD_SYSCALL},
	{"syscall", FIELD_SYSCALL_NUMBER},
	{"success", FIELD_SUCCESS},
	{"exit", FIELD_RESULT},
	/* ours */
	{"EventType", FIELD_EVENT_TYPE},
	{"UserId", FIELD_USER_ID},
	{"RequestedImage", FIELD_REQUESTED_IMAGE},
	{"Environment", FIELD_ENVIRONMENT},
	{"LinkTarget", FIELD_LINK_TARGET},
	{"Mode", FIELD_MODE},
	{"Size", FIELD_SIZE},
	{"Attribute", FIELD_ATTRIBUTE},
	{"ModuleName", FIELD_MODULE_NAME},
	{"Signal", FIELD_SIGNAL},
	{"Syscall", FIELD_SYSCALL},
	{"Abi", FIELD_ABI},
	{"Count", FIELD_COUNT_OF},
	{"Number", FIELD_NUMBER},
	{"Result", FIELD_RESULT},
	{"SampleProcess", FIELD_SAMPLE_PROCESS},
	{"TargetSampleProcess", FIELD_TARGET_SAMPLE_PROCESS},
	{"TargetIsSample", FIELD_TARGET_IS_SAMPLE},
	{"CopyOfSample", FIELD_COPY_OF_SAMPLE},
	{"TargetContentSha256", FIELD_CONTENT_SHA256},
	{"PackageOwned", FIELD_PACKAGE_OWNED},
	{"LinkTargetPackageOwned", FIELD_LINK_TARGET_PACKAGE_OWNED},
	{"WrittenBySample", FIELD_WRITTEN_BY_SAMPLE},
	{"IsMemfd", FIELD_IS_MEMFD},
	{"IsWritable", FIELD_IS_WRITABLE},
	{"IsReplacing", FIELD_IS_REPLACING},
	{"Existed", FIELD_EXISTED},
	{"Exists", FIELD_EXISTS},
	{"Operations", FIELD_OPERATIONS},
};

const char *field_name_at(unsigned i)
{
	return i < ARRAY_SIZE(names) ? names[i].name : NULL;
}

struct field_name field_find(const char *name)
{
	uint64_t index;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (text_equal(names[i].name, name))
			return (struct field_name){.field = names[i].field};
	if (name[0] == 'a' && name[1] >= '0' && name[1] <= '9' && text_to_u64(name + 1, &index) &&
	    index < 4096)
		return (struct field_name){.field = FIELD_AUDIT_ARGUMENT, .index = (unsigned)index};
	return (struct field_name){.field = FIELD_UNKNOWN};
}
