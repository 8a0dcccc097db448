package dev.lockstep.server.metrics;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Joules that the processor packages have used since the meter was made, as Linux tells in {@code /sys/class/powercap}: counters of
 * microjoules that start anew at {@code max_energy_range_uj}.
 */
public final class EnergyMeter {
    private static final Path POWERCAP = Path.of("/sys/class/powercap");

    private final List<Zone> zones;

    private static final class Zone {
        private final Path counter;
        private final long range;
        private long last;
        private double joules;

        Zone(Path counter, long range, long last) {
            this.counter = counter;
            this.range = range;
            this.last = last;
        }

        void read() throws IOException {
            long now = number(counter);
            long used = now - last;
            joules += (used < 0 ? used + range : used) / 1e6;
            last = now;
        }
    }

    private EnergyMeter(List<Zone> zones) {
        this.zones = zones;
    }

    public static EnergyMeter ofSystem() {
        return of(POWERCAP);
    }

    static EnergyMeter of(Path powercap) {
        List<Zone> zones = new ArrayList<>();
        // Whole packages are intel-rapl:0, :1 and so on; what has two colons is a part of one.
        try (var entries = Files.newDirectoryStream(powercap, "*-rapl:[0-9]*")) {
            for (Path entry : entries) {
                if (entry.getFileName().toString().matches("[a-z-]+:[0-9]+")) {
                    Path counter = entry.resolve("energy_uj");
                    zones.add(new Zone(counter, number(entry.resolve("max_energy_range_uj")), number(counter)));
                }
            }
        } catch (IOException | NumberFormatException notForUs) {
            return new EnergyMeter(List.of());
        }
        return new EnergyMeter(zones);
    }

    /** Whether the system tells. */
    public boolean available() {
        return !zones.isEmpty();
    }

    /** NaN if the system does not tell. */
    public synchronized double joules() {
        double sum = 0;
        try {
            for (Zone zone : zones) {
                zone.read();
                sum += zone.joules;
            }
        } catch (IOException | NumberFormatException gone) {
            return Double.NaN;
        }
        return available() ? sum : Double.NaN;
    }

    private static long number(Path file) throws IOException {
        return Long.parseLong(Files.readString(file).strip());
    }
}
