package dev.lockstep.formats;

/**
 * What this reader takes for a model at most, far above every published file. The limits bound the memory that a hostile
 * file of honest length can claim, since a record of a few bytes in the file becomes an object on the heap.
 */
final class GgufLimits {
    /** Bytes of a key or tensor name; the specification's own limit for keys. */
    static final int NAME_BYTES = 65_535;

    /** Bytes of one string value; the longest in use are chat templates and whole licences. */
    static final int STRING_BYTES = 1 << 24;

    /** Elements of one array value; the longest in use are vocabularies of some hundred thousand entries. */
    static final int ARRAY_ELEMENTS = 1 << 22;

    /** Arrays within arrays; none are in use. */
    static final int ARRAY_DEPTH = 4;

    static final int METADATA_ENTRIES = 1 << 16;

    static final int TENSORS = 1 << 17;

    /** Bytes before the tensor data, which become objects on the heap. */
    static final int HEADER_BYTES = 1 << 28;

    private GgufLimits() {}
}
