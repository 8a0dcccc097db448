package dev.lockstep.host.code;

import dev.lockstep.host.code.ElfObject.Access;
import dev.lockstep.host.code.ElfObject.Defined;
import dev.lockstep.host.code.ElfObject.Relocation;
import dev.lockstep.host.code.ElfObject.Section;
import dev.lockstep.host.code.ElfObject.Symbol;
import dev.lockstep.host.code.ElfObject.Undefined;
import dev.lockstep.host.code.ElfObject.Unusable;
import dev.lockstep.host.cpu.Architecture;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads ELF64 little-endian relocatable objects. Source: System V gABI, chapters 4 and 5; field names as there.
 *
 * <p>The file is not trusted: each offset, size and index is checked before use, and memory stays within a small
 * multiple of the file's size.
 */
final class ElfReader {
    private static final int HEADER_BYTES = 64;
    private static final int SYMBOL_BYTES = 24;
    private static final int RELA_BYTES = 24;

    private static final int EM_X86_64 = 62;
    private static final int EM_AARCH64 = 183;

    private static final int SHT_PROGBITS = 1;
    private static final int SHT_SYMTAB = 2;
    private static final int SHT_RELA = 4;
    private static final int SHT_NOBITS = 8;
    private static final int SHT_REL = 9;
    private static final int SHT_NOTE = 7;
    private static final int SHT_X86_64_UNWIND = 0x70000001;

    private static final long SHF_WRITE = 1;
    private static final long SHF_ALLOC = 2;
    private static final long SHF_EXECINSTR = 4;
    private static final long SHF_TLS = 0x400;
    private static final long SHF_COMPRESSED = 0x800;

    private static final int SHN_UNDEF = 0;
    private static final int STB_LOCAL = 0;
    private static final int STB_WEAK = 2;
    private static final int STT_SECTION = 3;

    /** No alignment beyond the smallest page: the memory that we are given has no more. */
    private static final long MAX_ALIGNMENT = 4096;

    /** Zeros that a file may ask for without paying in bytes. */
    private static final long MAX_ZERO_BYTES = 64L << 20;

    private final ElfBytes file;
    private final Architecture architecture;
    private final List<Header> headers;

    private record Header(
            String name,
            int type,
            long flags,
            long offset,
            long size,
            int link,
            int info,
            long alignment,
            long entryBytes) {
        boolean has(long flag) {
            return (flags & flag) != 0;
        }
    }

    private ElfReader(byte[] object) {
        file = new ElfBytes(object);
        architecture = architecture();
        headers = headers();
    }

    /** @throws CodeException with the place of the first thing that is damaged or not supported */
    static ElfObject read(byte[] object) {
        ElfReader reader = new ElfReader(object);
        Map<Integer, Section> sections = reader.sections();
        List<Symbol> symbols = reader.symbols(sections);
        return new ElfObject(
                reader.architecture, List.copyOf(sections.values()), symbols, reader.relocations(sections, symbols));
    }

    private Architecture architecture() {
        boolean elf = file.i32(0, "the magic number") == 0x464c457f;
        if (!elf || file.u8(4, "the class") != 2 || file.u8(5, "the byte order") != 1 || file.u16(16, "e_type") != 1) {
            throw new CodeException("The object file is no ELF64 little-endian relocatable object.");
        }
        int machine = file.u16(18, "e_machine");
        return switch (machine) {
            case EM_X86_64 -> Architecture.X86_64;
            case EM_AARCH64 -> Architecture.AARCH64;
            default ->
                throw new CodeException("The object file is for machine number " + machine
                        + "; supported are x86-64 (62) and AArch64 (183).");
        };
    }

    private List<Header> headers() {
        long table = file.i64(40, "e_shoff");
        int headerBytes = file.u16(58, "e_shentsize");
        int count = file.u16(60, "e_shnum");
        int names = file.u16(62, "e_shstrndx");
        if (headerBytes != HEADER_BYTES || names >= count) {
            throw new CodeException("The object file is damaged: e_shentsize is " + headerBytes + ", e_shnum " + count
                    + ", e_shstrndx " + names + ".");
        }
        file.slice(table, (long) count * HEADER_BYTES, "the section header table");
        long namesHeader = table + (long) names * HEADER_BYTES;
        long namesOffset = file.i64(namesHeader + 24, "sh_offset");
        long namesBytes = file.i64(namesHeader + 32, "sh_size");
        List<Header> result = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            long at = table + (long) i * HEADER_BYTES;
            int name = file.i32(at, "sh_name");
            result.add(new Header(
                    i == 0 ? "" : file.name(namesOffset, namesBytes, name, "the name of section " + i),
                    file.i32(at + 4, "sh_type"),
                    file.i64(at + 8, "sh_flags"),
                    file.i64(at + 24, "sh_offset"),
                    file.i64(at + 32, "sh_size"),
                    file.i32(at + 40, "sh_link"),
                    file.i32(at + 44, "sh_info"),
                    file.i64(at + 48, "sh_addralign"),
                    file.i64(at + 56, "sh_entsize")));
        }
        return result;
    }

    /** The sections that occupy memory, by number. */
    private Map<Integer, Section> sections() {
        Map<Integer, Section> sections = new LinkedHashMap<>();
        long contentBytes = 0;
        long zeroBytes = 0;
        for (int i = 1; i < headers.size(); i++) {
            Header header = headers.get(i);
            if (header.has(SHF_ALLOC)) {
                Section section = section(i, header);
                contentBytes += section.content().byteSize();
                zeroBytes += section.size() - section.content().byteSize();
                if (contentBytes > file.size() || zeroBytes > MAX_ZERO_BYTES) {
                    throw new CodeException("The object file is damaged: its sections up to " + header.name
                            + " take more memory than the file justifies.");
                }
                sections.put(i, section);
            }
        }
        return sections;
    }

    private Section section(int number, Header header) {
        if (header.has(SHF_TLS | SHF_COMPRESSED) || header.has(SHF_WRITE) && header.has(SHF_EXECINSTR)) {
            throw new CodeException("The object file's section " + header.name + " has flags " + header.flags
                    + ": thread-local, compressed and writable code sections are not supported.");
        }
        if (Long.bitCount(header.alignment) > 1 || header.alignment < 0 || header.alignment > MAX_ALIGNMENT) {
            throw new CodeException("The object file's section " + header.name + " wants alignment " + header.alignment
                    + "; supported are powers of two up to " + MAX_ALIGNMENT + ".");
        }
        Access access = header.has(SHF_EXECINSTR) ? Access.EXECUTE : header.has(SHF_WRITE) ? Access.WRITE : Access.READ;
        long size = header.size;
        MemorySegment content = switch (header.type) {
            case SHT_PROGBITS, SHT_NOTE, SHT_X86_64_UNWIND -> file.slice(header.offset, size, "section " + header.name);
            case SHT_NOBITS -> file.slice(0, 0, "nothing");
            default ->
                throw new CodeException("The object file's section " + header.name + " has type " + header.type
                        + ", which is not supported (constructors and destructors are not run).");
        };
        if (size < 0 || size > Math.max(content.byteSize(), MAX_ZERO_BYTES)) {
            throw new CodeException("The object file is damaged: section " + header.name + " is "
                    + Long.toUnsignedString(size) + " bytes long.");
        }
        return new Section(number, header.name, access, Math.max(1, header.alignment), size, content);
    }

    private List<Symbol> symbols(Map<Integer, Section> sections) {
        List<Header> tables =
                headers.stream().filter(header -> header.type == SHT_SYMTAB).toList();
        if (tables.isEmpty()) {
            return List.of();
        }
        Header table = tables.getFirst();
        if (tables.size() > 1 || table.entryBytes != SYMBOL_BYTES || table.link < 0 || table.link >= headers.size()) {
            throw new CodeException("The object file is damaged: it must have one symbol table of entries of "
                    + SYMBOL_BYTES + " bytes that names its string table.");
        }
        file.slice(table.offset, table.size, "the symbol table");
        Header names = headers.get(table.link);
        List<Symbol> symbols = new ArrayList<>();
        for (long at = table.offset; table.offset + table.size - at >= SYMBOL_BYTES; at += SYMBOL_BYTES) {
            int name = file.i32(at, "st_name");
            symbols.add(symbol(at, file.name(names.offset, names.size, name, "the name of a symbol"), sections));
        }
        return symbols;
    }

    private Symbol symbol(long at, String name, Map<Integer, Section> sections) {
        int binding = file.u8(at + 4, "st_info") >> 4;
        int type = file.u8(at + 4, "st_info") & 0xf;
        int number = file.u16(at + 6, "st_shndx");
        Section section = sections.get(number);
        if (binding > STB_WEAK || type > STT_SECTION) {
            return new Unusable(name);
        }
        if (number == SHN_UNDEF) {
            return name.isEmpty() ? new Unusable(name) : new Undefined(name, binding == STB_WEAK);
        }
        if (section == null) {
            return new Unusable(name);
        }
        long offset = file.i64(at + 8, "st_value");
        long size = file.i64(at + 16, "st_size");
        if (offset < 0 || size < 0 || offset > section.size() || size > section.size() - offset) {
            throw new CodeException("The object file is damaged: symbol '" + name + "' at " + offset + " with " + size
                    + " bytes lies outside section " + section.name() + ".");
        }
        return new Defined(name, section, offset, size, binding != STB_LOCAL);
    }

    private List<Relocation> relocations(Map<Integer, Section> sections, List<Symbol> symbols) {
        List<Relocation> relocations = new ArrayList<>();
        long tableBytes = 0;
        for (Header table : headers) {
            Section section = sections.get(table.info);
            if ((table.type == SHT_RELA || table.type == SHT_REL) && section != null) {
                tableBytes += table.size;
                if (table.type == SHT_REL || table.entryBytes != RELA_BYTES || tableBytes > file.size()) {
                    throw new CodeException("The object file is damaged: " + table.name
                            + " is no table of relocations with addends of its own.");
                }
                file.slice(table.offset, table.size, "the relocation table " + table.name);
                for (long at = table.offset; table.offset + table.size - at >= RELA_BYTES; at += RELA_BYTES) {
                    relocations.add(relocation(at, section, symbols));
                }
            }
        }
        return relocations;
    }

    private Relocation relocation(long at, Section section, List<Symbol> symbols) {
        long offset = file.i64(at, "r_offset");
        int code = file.i32(at + 8, "r_info");
        long symbol = Integer.toUnsignedLong(file.i32(at + 12, "r_info"));
        RelocationType type = type(code)
                .orElseThrow(() -> new CodeException("The object file has a relocation of type "
                        + Integer.toUnsignedString(code) + " in section " + section.name()
                        + ", which position-independent " + architecture + " code does not need."));
        if (symbol >= symbols.size() || offset < 0 || offset > section.content().byteSize() - type.bytes()) {
            throw new CodeException("The object file is damaged: the relocation at offset " + offset + " of section "
                    + section.name() + " (" + section.content().byteSize() + " bytes) for symbol number " + symbol
                    + " (of " + symbols.size() + ") points outside.");
        }
        return new Relocation(section, offset, type, symbols.get((int) symbol), file.i64(at + 16, "r_addend"));
    }

    private Optional<RelocationType> type(int code) {
        return switch (architecture) {
            case X86_64 -> X86Relocation.of(code);
            case AARCH64 -> Aarch64Relocation.of(code);
        };
    }
}
