package dev.lockstep.host.code;

import dev.lockstep.host.code.ElfObject.Access;
import dev.lockstep.host.code.ElfObject.Defined;
import dev.lockstep.host.code.ElfObject.Relocation;
import dev.lockstep.host.code.ElfObject.Section;
import dev.lockstep.host.code.ElfObject.Symbol;
import dev.lockstep.host.code.ElfObject.Undefined;
import dev.lockstep.host.code.ElfObject.Unusable;
import java.lang.foreign.MemorySegment;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Gives every section of an object its place in one image and patches the addresses in. The image is
 *
 * <pre>
 * code sections, stubs │ constant sections, slots │ writable sections
 * </pre>
 *
 * where a stub jumps to a function outside the object, however far away, and a slot holds an address.
 */
final class ObjectLinker {
    private static final int STUB_BYTES = 16;

    private final ElfObject object;
    private final Function<String, Optional<MemorySegment>> externals;
    private final Map<Integer, Long> sectionOffsets = new HashMap<>();
    private final Map<Symbol, Long> stubOffsets = new LinkedHashMap<>();
    private final Map<Symbol, Long> slotOffsets = new LinkedHashMap<>();
    private final CodeLayout layout;

    /** A named part of the image. */
    record Extent(long offset, long size) {}

    /** @param externals finds the functions and variables that the object does not define */
    ObjectLinker(ElfObject object, Function<String, Optional<MemorySegment>> externals) {
        this.object = object;
        this.externals = externals;
        layout = place();
    }

    CodeLayout layout() {
        return layout;
    }

    /** The global symbols of the object. */
    Map<String, Extent> exports() {
        Map<String, Extent> exports = new TreeMap<>();
        for (Symbol symbol : object.symbols()) {
            if (symbol instanceof Defined defined && defined.exported()) {
                Extent extent = new Extent(offset(defined), defined.size());
                if (exports.put(defined.name(), extent) != null) {
                    throw new CodeException("The object file defines the symbol '" + defined.name() + "' twice.");
                }
            }
        }
        return exports;
    }

    /** Fills the image, whose own address is the one that the code will run at. */
    void link(MemorySegment image) {
        for (Section section : object.sections()) {
            image.asSlice(sectionOffsets.get(section.number()), section.size()).copyFrom(section.content());
        }
        stubOffsets.forEach((symbol, offset) -> writeStub(image.asSlice(offset, STUB_BYTES), address(symbol, image)));
        slotOffsets.forEach((symbol, offset) -> image.set(RelocationType.LONG_WORD, offset, address(symbol, image)));
        for (Relocation relocation : object.relocations()) {
            apply(relocation, image);
        }
    }

    private CodeLayout place() {
        for (Relocation relocation : object.relocations()) {
            switch (relocation.type().via()) {
                case SYMBOL -> {}
                case CALL -> {
                    if (relocation.symbol() instanceof Undefined) {
                        stubOffsets.put(relocation.symbol(), 0L);
                    }
                }
                case SLOT -> slotOffsets.put(relocation.symbol(), 0L);
            }
        }
        CodeLayout.Builder places = new CodeLayout.Builder();
        Map<Access, Long> sizes = new EnumMap<>(Access.class);
        for (Access access : Access.values()) {
            places.beginPart();
            for (Section section : object.sections()) {
                if (section.access() == access) {
                    sectionOffsets.put(section.number(), places.add(section.size(), section.alignment()));
                }
            }
            switch (access) {
                case EXECUTE -> stubOffsets.replaceAll((_, _) -> places.add(STUB_BYTES, STUB_BYTES));
                case READ -> slotOffsets.replaceAll((_, _) -> places.add(Long.BYTES, Long.BYTES));
                case WRITE -> {}
            }
            sizes.put(access, places.endOfPart());
        }
        return new CodeLayout(sizes.get(Access.EXECUTE), sizes.get(Access.READ), sizes.get(Access.WRITE));
    }

    private void apply(Relocation relocation, MemorySegment image) {
        RelocationType type = relocation.type();
        Symbol symbol = relocation.symbol();
        long target = switch (type.via()) {
            case SYMBOL -> address(symbol, image);
            case CALL -> {
                Long stub = stubOffsets.get(symbol);
                yield stub == null ? address(symbol, image) : image.address() + stub;
            }
            case SLOT -> image.address() + slotOffsets.get(symbol);
        };
        long place = sectionOffsets.get(relocation.section().number()) + relocation.offset();
        type.apply(image.asSlice(place, type.bytes()), target + relocation.addend(), image.address() + place);
    }

    private long offset(Defined symbol) {
        return sectionOffsets.get(symbol.section().number()) + symbol.offset();
    }

    private long address(Symbol symbol, MemorySegment image) {
        return switch (symbol) {
            case Defined defined -> image.address() + offset(defined);
            case Undefined(String name, boolean weak) ->
                externals
                        .apply(name)
                        .map(MemorySegment::address)
                        .or(() -> weak ? Optional.of(0L) : Optional.empty())
                        .orElseThrow(() -> new CodeException(
                                "The object file needs '" + name + "', which this process does not have."));
            case Unusable(String name) ->
                throw new CodeException("The object file refers to the symbol '" + name
                        + "', which has no address or is of a kind that is not supported.");
        };
    }

    /** Loads the address that follows the two instructions and jumps there, as far as 64 bits reach. */
    private void writeStub(MemorySegment stub, long target) {
        switch (object.architecture()) {
            case X86_64 -> {
                stub.set(RelocationType.LONG_WORD, 0, 0xcccc_0000_0002_25ffL); // jmp *2(%rip); int3; int3
            }
            case AARCH64 -> {
                stub.set(RelocationType.WORD, 0, 0x5800_0050); // ldr x16, .+8
                stub.set(RelocationType.WORD, 4, 0xd61f_0200); // br x16
            }
        }
        stub.set(RelocationType.LONG_WORD, 8, target);
    }
}
