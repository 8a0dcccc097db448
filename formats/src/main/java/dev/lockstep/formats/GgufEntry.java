package dev.lockstep.formats;

/**
 * Where a checked metadata value lies; it is decoded when somebody asks.
 *
 * @param type type of the value, or of the elements of an array
 * @param array whether it is an array
 * @param count number of elements; 1 for a single value
 * @param offset byte in the file where the value, or the first element, begins
 */
record GgufEntry(GgufValueType type, boolean array, int count, long offset) {
    @Override
    public String toString() {
        return array ? "an array of " + type : "a value of type " + type;
    }
}
