/* SPDX-License-Identifier: MIT */
/* Machines as <elf.h> of glibc 2.36 lists them; short names are those that analysts use. */
#include <elf.h>
#include <stddef.h>

#include "base/macro.h"
#include "elf/elf_name.h"

static const struct machine {
	uint16_t number;
	const char *name;
	const char *description;
} machines[] = {
	{EM_NONE, "none", "No machine"},
	{EM_M32, "M32", "AT&T WE 32100"},
	{EM_SPARC, "SPARC", "SUN SPARC"},
	{EM_386, "x86", "Intel 80386"},
	{EM_68K, "m68k", "Motorola m68k family"},
	{EM_88K, "88K", "Motorola m88k family"},
	{EM_IAMCU, "IAMCU", "Intel MCU"},
	{EM_860, "860", "Intel 80860"},
	{EM_MIPS, "MIPS", "MIPS R3000 big-endian"},
	{EM_S370, "S370", "IBM System/370"},
	{EM_MIPS_RS3_LE, "MIPS RS3 LE", "MIPS R3000 little-endian"},
	{EM_PARISC, "PA-RISC", "HPPA"},
	{EM_VPP500, "VPP500", "Fujitsu VPP500"},
	{EM_SPARC32PLUS, "SPARC V8+", "Sun's 'v8plus'"},
	{EM_960, "960", "Intel 80960"},
	{EM_PPC, "PowerPC", "PowerPC"},
	{EM_PPC64, "PowerPC64", "PowerPC 64-bit"},
	{EM_S390, "S/390", "IBM S390"},
	{EM_SPU, "SPU", "IBM SPU/SPC"},
	{EM_V800, "V800", "NEC V800 series"},
	{EM_FR20, "FR20", "Fujitsu FR20"},
	{EM_RH32, "RH32", "TRW RH-32"},
	{EM_RCE, "RCE", "Motorola RCE"},
	{EM_ARM, "ARM", "ARM"},
	{EM_FAKE_ALPHA, "FAKE ALPHA", "Digital Alpha"},
	{EM_SH, "SuperH", "Hitachi SH"},
	{EM_SPARCV9, "SPARC V9", "SPARC v9 64-bit"},
	{EM_TRICORE, "TRICORE", "Siemens Tricore"},
	{EM_ARC, "ARC", "Argonaut RISC Core"},
	{EM_H8_300, "H8 300", "Hitachi H8/300"},
	{EM_H8_300H, "H8 300H", "Hitachi H8/300H"},
	{EM_H8S, "H8S", "Hitachi H8S"},
	{EM_H8_500, "H8 500", "Hitachi H8/500"},
	{EM_IA_64, "IA-64", "Intel Merced"},
	{EM_MIPS_X, "MIPS X", "Stanford MIPS-X"},
	{EM_COLDFIRE, "COLDFIRE", "Motorola Coldfire"},
	{EM_68HC12, "68HC12", "Motorola M68HC12"},
	{EM_MMA, "MMA", "Fujitsu MMA Multimedia Accelerator"},
	{EM_PCP, "PCP", "Siemens PCP"},
	{EM_NCPU, "NCPU", "Sony nCPU embeeded RISC"},
	{EM_NDR1, "NDR1", "Denso NDR1 microprocessor"},
	{EM_STARCORE, "STARCORE", "Motorola Start*Core processor"},
	{EM_ME16, "ME16", "Toyota ME16 processor"},
	{EM_ST100, "ST100", "STMicroelectronic ST100 processor"},
	{EM_TINYJ, "TINYJ", "Advanced Logic Corp. Tinyj emb.fam"},
	{EM_X86_64, "x86-64", "AMD x86-64 architecture"},
	{EM_PDSP, "PDSP", "Sony DSP Processor"},
	{EM_PDP10, "PDP10", "Digital PDP-10"},
	{EM_PDP11, "PDP11", "Digital PDP-11"},
	{EM_FX66, "FX66", "Siemens FX66 microcontroller"},
	{EM_ST9PLUS, "ST9PLUS", "STMicroelectronics ST9+ 8/16 mc"},
	{EM_ST7, "ST7", "STmicroelectronics ST7 8 bit mc"},
	{EM_68HC16, "68HC16", "Motorola MC68HC16 microcontroller"},
	{EM_68HC11, "68HC11", "Motorola MC68HC11 microcontroller"},
	{EM_68HC08, "68HC08", "Motorola MC68HC08 microcontroller"},
	{EM_68HC05, "68HC05", "Motorola MC68HC05 microcontroller"},
	{EM_SVX, "SVX", "Silicon Graphics SVx"},
	{EM_ST19, "ST19", "STMicroelectronics ST19 8 bit mc"},
	{EM_VAX, "VAX", "Digital VAX"},
	{EM_CRIS, "CRIS", "Axis Communications 32-bit emb.proc"},
	{EM_JAVELIN, "JAVELIN", "Infineon Technologies 32-bit emb.proc"},
	{EM_FIREPATH, "FIREPATH", "Element 14 64-bit DSP Processor"},
	{EM_ZSP, "ZSP", "LSI Logic 16-bit DSP Processor"},
	{EM_MMIX, "MMIX", "Donald Knuth's educational 64-bit proc"},
	{EM_HUANY, "HUANY", "Harvard University machine-independent object files"},
	{EM_PRISM, "PRISM", "SiTera Prism"},
	{EM_AVR, "AVR", "Atmel AVR 8-bit microcontroller"},
	{EM_FR30, "FR30", "Fujitsu FR30"},
	{EM_D10V, "D10V", "Mitsubishi D10V"},
	{EM_D30V, "D30V", "Mitsubishi D30V"},
	{EM_V850, "V850", "NEC v850"},
	{EM_M32R, "M32R", "Mitsubishi M32R"},
	{EM_MN10300, "MN10300", "Matsushita MN10300"},
	{EM_MN10200, "MN10200", "Matsushita MN10200"},
	{EM_PJ, "PJ", "picoJava"},
	{EM_OPENRISC, "OPENRISC", "OpenRISC 32-bit embedded processor"},
	{EM_ARC_COMPACT, "ARCompact", "ARC International ARCompact"},
	{EM_XTENSA, "Xtensa", "Tensilica Xtensa Architecture"},
	{EM_VIDEOCORE, "VIDEOCORE", "Alphamosaic VideoCore"},
	{EM_TMM_GPP, "TMM GPP", "Thompson Multimedia General Purpose Proc"},
	{EM_NS32K, "NS32K", "National Semi. 32000"},
	{EM_TPC, "TPC", "Tenor Network TPC"},
	{EM_SNP1K, "SNP1K", "Trebia SNP 1000"},
	{EM_ST200, "ST200", "STMicroelectronics ST200"},
	{EM_IP2K, "IP2K", "Ubicom IP2xxx"},
	{EM_MAX, "MAX", "MAX processor"},
	{EM_CR, "CR", "National Semi. CompactRISC"},
	{EM_F2MC16, "F2MC16", "Fujitsu F2MC16"},
	{EM_MSP430, "MSP430", "Texas Instruments msp430"},
	{EM_BLACKFIN, "BLACKFIN", "Analog Devices Blackfin DSP"},
	{EM_SE_C33, "SE C33", "Seiko Epson S1C33 family"},
	{EM_SEP, "SEP", "Sharp embedded microprocessor"},
	{EM_ARCA, "ARCA", "Arca RISC"},
	{EM_UNICORE, "UNICORE", "PKU-Unity & MPRC Peking Uni. mc series"},
	{EM_EXCESS, "EXCESS", "eXcess configurable cpu"},
	{EM_DXP, "DXP", "Icera Semi. Deep Execution Processor"},
	{EM_ALTERA_NIOS2, "ALTERA NIOS2", "Altera Nios II"},
	{EM_CRX, "CRX", "National Semi. CompactRISC CRX"},
	{EM_XGATE, "XGATE", "Motorola XGATE"},
	{EM_C166, "C166", "Infineon C16x/XC16x"},
	{EM_M16C, "M16C", "Renesas M16C"},
	{EM_DSPIC30F, "DSPIC30F", "Microchip Technology dsPIC30F"},
	{EM_CE, "CE", "Freescale Communication Engine RISC"},
	{EM_M32C, "M32C", "Renesas M32C"},
	{EM_TSK3000, "TSK3000", "Altium TSK3000"},
	{EM_RS08, "RS08", "Freescale RS08"},
	{EM_SHARC, "SHARC", "Analog Devices SHARC family"},
	{EM_ECOG2, "ECOG2", "Cyan Technology eCOG2"},
	{EM_SCORE7, "SCORE7", "Sunplus S+core7 RISC"},
	{EM_DSP24, "DSP24", "New Japan Radio (NJR) 24-bit DSP"},
	{EM_VIDEOCORE3, "VIDEOCORE3", "Broadcom VideoCore III"},
	{EM_LATTICEMICO32, "LATTICEMICO32", "RISC for Lattice FPGA"},
	{EM_SE_C17, "SE C17", "Seiko Epson C17"},
	{EM_TI_C6000, "TI C6000", "Texas Instruments TMS320C6000 DSP"},
	{EM_TI_C2000, "TI C2000", "Texas Instruments TMS320C2000 DSP"},
	{EM_TI_C5500, "TI C5500", "Texas Instruments TMS320C55x DSP"},
	{EM_TI_ARP32, "TI ARP32", "Texas Instruments App. Specific RISC"},
	{EM_TI_PRU, "TI PRU", "Texas Instruments Prog. Realtime Unit"},
	{EM_MMDSP_PLUS, "MMDSP PLUS", "STMicroelectronics 64bit VLIW DSP"},
	{EM_CYPRESS_M8C, "CYPRESS M8C", "Cypress M8C"},
	{EM_R32C, "R32C", "Renesas R32C"},
	{EM_TRIMEDIA, "TRIMEDIA", "NXP Semi. TriMedia"},
	{EM_QDSP6, "QDSP6", "QUALCOMM DSP6"},
	{EM_8051, "8051", "Intel 8051 and variants"},
	{EM_STXP7X, "STXP7X", "STMicroelectronics STxP7x"},
	{EM_NDS32, "NDS32", "Andes Tech. compact code emb. RISC"},
	{EM_ECOG1X, "ECOG1X", "Cyan Technology eCOG1X"},
	{EM_MAXQ30, "MAXQ30", "Dallas Semi. MAXQ30 mc"},
	{EM_XIMO16, "XIMO16", "New Japan Radio (NJR) 16-bit DSP"},
	{EM_MANIK, "MANIK", "M2000 Reconfigurable RISC"},
	{EM_CRAYNV2, "CRAYNV2", "Cray NV2 vector architecture"},
	{EM_RX, "RX", "Renesas RX"},
	{EM_METAG, "METAG", "Imagination Tech. META"},
	{EM_MCST_ELBRUS, "MCST ELBRUS", "MCST Elbrus"},
	{EM_ECOG16, "ECOG16", "Cyan Technology eCOG16"},
	{EM_CR16, "CR16", "National Semi. CompactRISC CR16"},
	{EM_ETPU, "ETPU", "Freescale Extended Time Processing Unit"},
	{EM_SLE9X, "SLE9X", "Infineon Tech. SLE9X"},
	{EM_L10M, "L10M", "Intel L10M"},
	{EM_K10M, "K10M", "Intel K10M"},
	{EM_AARCH64, "AArch64", "ARM AARCH64"},
	{EM_AVR32, "AVR32", "Amtel 32-bit microprocessor"},
	{EM_STM8, "STM8", "STMicroelectronics STM8"},
	{EM_TILE64, "TILE64", "Tilera TILE64"},
	{EM_TILEPRO, "TILEPRO", "Tilera TILEPro"},
	{EM_MICROBLAZE, "MicroBlaze", "Xilinx MicroBlaze"},
	{EM_CUDA, "CUDA", "NVIDIA CUDA"},
	{EM_TILEGX, "TILEGX", "Tilera TILE-Gx"},
	{EM_CLOUDSHIELD, "CLOUDSHIELD", "CloudShield"},
	{EM_COREA_1ST, "COREA 1ST", "KIPO-KAIST Core-A 1st gen."},
	{EM_COREA_2ND, "COREA 2ND", "KIPO-KAIST Core-A 2nd gen."},
	{EM_ARCV2, "ARCV2", "Synopsys ARCv2 ISA."},
	{EM_OPEN8, "OPEN8", "Open8 RISC"},
	{EM_RL78, "RL78", "Renesas RL78"},
	{EM_VIDEOCORE5, "VIDEOCORE5", "Broadcom VideoCore V"},
	{EM_78KOR, "78KOR", "Renesas 78KOR"},
	{EM_56800EX, "56800EX", "Freescale 56800EX DSC"},
	{EM_BA1, "BA1", "Beyond BA1"},
	{EM_BA2, "BA2", "Beyond BA2"},
	{EM_XCORE, "XCORE", "XMOS xCORE"},
	{EM_MCHP_PIC, "MCHP PIC", "Microchip 8-bit PIC(r)"},
	{EM_INTELGT, "INTELGT", "Intel Graphics Technology"},
	{EM_KM32, "KM32", "KM211 KM32"},
	{EM_KMX32, "KMX32", "KM211 KMX32"},
	{EM_EMX16, "EMX16", "KM211 KMX16"},
	{EM_EMX8, "EMX8", "KM211 KMX8"},
	{EM_KVARC, "KVARC", "KM211 KVARC"},
	{EM_CDP, "CDP", "Paneve CDP"},
	{EM_COGE, "COGE", "Cognitive Smart Memory Processor"},
	{EM_COOL, "COOL", "Bluechip CoolEngine"},
	{EM_NORC, "NORC", "Nanoradio Optimized RISC"},
	{EM_CSR_KALIMBA, "CSR KALIMBA", "CSR Kalimba"},
	{EM_Z80, "Z80", "Zilog Z80"},
	{EM_VISIUM, "VISIUM", "Controls and Data Services VISIUMcore"},
	{EM_FT32, "FT32", "FTDI Chip FT32"},
	{EM_MOXIE, "MOXIE", "Moxie processor"},
	{EM_AMDGPU, "AMDGPU", "AMD GPU"},
	{EM_RISCV, "RISC-V", "RISC-V"},
	{EM_BPF, "BPF", "Linux BPF -- in-kernel virtual machine"},
	{EM_CSKY, "C-SKY", "C-SKY"},
	{EM_LOONGARCH, "LoongArch", "LoongArch"},
	{EM_ALPHA, "Alpha", "Alpha"},
};

static const struct machine *machine_of(uint16_t number)
{
	size_t low = 0;
	size_t high = ARRAY_SIZE(machines);

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (machines[middle].number == number)
			return &machines[middle];
		if (machines[middle].number < number)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

const char *elf_machine_name(uint16_t machine)
{
	const struct machine *entry = machine_of(machine);

	return entry ? entry->name : NULL;
}

const char *elf_machine_description(uint16_t machine)
{
	const struct machine *entry = machine_of(machine);

	return entry ? entry->description : NULL;
}
