/* SPDX-License-Identifier: MIT */
#include "vm/machine.h"

#include <stdarg.h>

#include "base/alloc.h"
#include "base/text.h"
#include "vm/jail.h"
#include "wire/control.h"

static void add(struct machine_argv *argv, const char *word)
{
	vec_add(&argv->words, xstrdup(word));
}

static void add_option(struct machine_argv *argv, const char *option, const char *format, ...)
	PRINTF_LIKE(3, 4);
static void add_option(struct machine_argv *argv, const char *option, const char *format, ...)
{
	va_list args;

	add(argv, option);
	va_start(args, format);
	vec_add(&argv->words, xvasprintf(format, args));
	va_end(args);
}

/*
 * Processor: AMD, because an Intel one makes the guest isolate its page tables (Meltdown), which
 * costs TCG a flush of everything it knows at each system call. The features that TCG lacks are
 * taken off by name so that QEMU does not complain; no hypervisor bit, no TCG signature.
 */
static void add_processor(struct machine_argv *argv, const struct machine *machine)
{
	bool is_tcg = text_equal(machine->accelerator, "tcg");

	if (is_tcg) {
		add_option(argv, "-accel", "tcg,thread=multi,tb-size=128");
	} else {
		/* Opened by the engine: the jail's user may not be in the group that may. */
		add_option(argv, "-add-fd", "fd=%d,set=1", JAIL_FD_KVM);
		add_option(argv, "-accel", "%s,device=/dev/fdset/1", machine->accelerator);
	}
	add_option(argv, "-cpu", "EPYC-Rome,model-id=AMD EPYC Processor,-hypervisor,-svm%s",
		   is_tcg ? ",tcg-cpuid=off,-fxsr-opt,-misalignsse,-osvw,-topoext,-perfctr-core,"
			    "-clzero,-ibpb,-amd-stibp,-nrip-save,-xsavec,-xsaves"
			  : ",kvm=off");
	add_option(argv, "-smp", "%u,sockets=1,cores=%u,threads=1", machine->cpus, machine->cpus);
	add_option(argv, "-machine",
		   "pc-q35-9.2,memory-backend=ram,vmport=off,hpet=off,smm=off,usb=off,"
		   "x-oem-id=HETZNR,x-oem-table-id=VSERVER0");
	add_option(argv, "-m", "%uM", machine->memory_mib);
}

static void add_firmware_tables(struct machine_argv *argv)
{
	add_option(argv, "-smbios",
		   "type=0,vendor=Hetzner,version=20171111,date=11/11/2017,release=20.17");
	add_option(argv, "-smbios",
		   "type=1,manufacturer=Hetzner,product=vServer,version=20171111,serial=41882714,"
		   "uuid=6b1f6c1e-0e46-4d53-8d0a-8a2d6a0f7c11,family=Hetzner_vServer");
	add_option(argv, "-smbios", "type=3,manufacturer=Hetzner,version=20171111,serial=41882714");
	add_option(argv, "-smbios", "type=4,manufacturer=AMD,version=AMD EPYC Processor");
	add_option(argv, "-smbios", "type=17,manufacturer=Hetzner");
}

static void add_devices(struct machine_argv *argv, enum machine_start start)
{
	add_option(argv, "-blockdev", "driver=file,node-name=file,locking=off,filename=%s",
		   start == MACHINE_RESTORE ? MACHINE_RUN_DISK : MACHINE_BOOT_DISK);
	add_option(argv, "-blockdev", "driver=qcow2,node-name=disk,file=file");
	add_option(argv, "-device", "virtio-blk-pci,drive=disk,serial=80415573");
	add_option(argv, "-netdev", "tap,id=net,fd=%d", JAIL_FD_TAP);
	add_option(argv, "-device", "virtio-net-pci,netdev=net,mac=96:00:00:4c:1a:07,romfile=");
	add_option(argv, "-device", "virtio-rng-pci");
	add_option(argv, "-device", "virtio-serial-pci,max_ports=4");
	add_option(argv, "-chardev", "socket,id=control,fd=%d", JAIL_FD_CONTROL);
	add_option(argv, "-device", "virtserialport,chardev=control,name=" CONTROL_PORT_NAME);
	add_option(argv, "-chardev", "socket,id=stream,fd=%d", JAIL_FD_STREAM);
	add_option(argv, "-device", "virtserialport,chardev=stream,name=" STREAM_PORT_NAME);
	add_option(argv, "-device", "vmcoreinfo");
	add_option(argv, "-device", "pvpanic-pci");
}

static void add_start(struct machine_argv *argv, const struct machine *machine,
		      enum machine_start start)
{
	if (start == MACHINE_RESTORE) {
		add_option(argv, "-object",
			   "memory-backend-file,id=ram,size=%uM,mem-path=" MACHINE_MEMORY
			   ",share=off,readonly=on,rom=off",
			   machine->memory_mib);
		add_option(argv, "-incoming", "defer");
		return;
	}
	if (start == MACHINE_BOOT)
		add_option(argv, "-object",
			   "memory-backend-file,id=ram,size=%uM,mem-path=" MACHINE_MEMORY
			   ",share=on",
			   machine->memory_mib);
	else
		add_option(argv, "-object", "memory-backend-ram,id=ram,size=%uM",
			   machine->memory_mib);
	add_option(argv, "-kernel", MACHINE_IMAGE "/vmlinuz");
	add_option(argv, "-initrd", "%s",
		   start == MACHINE_BOOT ? MACHINE_INITRD : MACHINE_IMAGE "/initrd");
	add_option(argv, "-append",
		   "BOOT_IMAGE=/boot/vmlinuz-%s root=UUID=%s ro net.ifnames=0 console=tty1 "
		   "console=ttyS0 quiet nowatchdog tsc=reliable panic=5",
		   machine->release, machine->disk_uuid);
}

void machine_argv_init(struct machine_argv *argv, const struct machine *machine,
		       enum machine_start start)
{
	*argv = (struct machine_argv){0};
	add(argv, MACHINE_QEMU);
	add_option(argv, "-name", "guest");
	add(argv, "-nodefaults");
	add(argv, "-no-user-config");
	add_option(argv, "-display", "none");
	add_option(argv, "-sandbox",
		   "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny");
	add_processor(argv, machine);
	add_firmware_tables(argv);
	add_start(argv, machine, start);
	if (start != MACHINE_PROBE)
		add_devices(argv, start);
	/* A panic or a reset loses no memory: the machine stands still until we quit it. */
	add_option(argv, "-action", "panic=pause,reboot=shutdown,shutdown=pause");
	add_option(argv, "-chardev", "socket,id=qmp,fd=%d", JAIL_FD_QMP);
	add_option(argv, "-mon", "chardev=qmp,mode=control");
	add_option(argv, "-chardev", "socket,id=console,fd=%d", JAIL_FD_CONSOLE);
	add_option(argv, "-serial", "chardev:console");
	vec_add(&argv->words, NULL);
}

void machine_argv_deinit(struct machine_argv *argv)
{
	vec_foreach(&argv->words, word)
		free(*word);
	vec_deinit(&argv->words);
}

void machine_describe(const struct machine *machine, struct buffer *out)
{
	struct machine_argv argv;

	machine_argv_init(&argv, machine, MACHINE_BOOT);
	vec_foreach(&argv.words, word)
		if (*word)
			buffer_printf(out, "%s\n", *word);
	machine_argv_deinit(&argv);
}
