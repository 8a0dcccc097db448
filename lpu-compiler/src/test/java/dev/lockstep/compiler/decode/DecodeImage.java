package dev.lockstep.compiler.decode;

import dev.lockstep.compiler.model.AttentionSizes;
import dev.lockstep.compiler.partition.Partition;
import dev.lockstep.compiler.partition.Piece;
import dev.lockstep.compiler.partition.Question;
import dev.lockstep.lpu.machine.Hemisphere;
import dev.lockstep.lpu.program.MemoryImage;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntToDoubleFunction;
import java.util.function.IntUnaryOperator;
import java.util.function.Predicate;

/** What the memories of all chips hold before steps of {@link SmallDecoder}s, one for each user, whose weights and positions are the same. */
final class DecodeImage {
    private static final int LANES = 320;
    private static final int GROUP = 16;
    private static final float HIDDEN = -1e9f;

    private final Question question;
    /** The number of a head that a chip does not have. */
    static final int NONE = -1;

    private final Partition partition;
    private final DecodeCompiler.WithStages compiled;
    private final StepRow row;
    private final List<SmallDecoder> users;
    private final AttentionSizes attention;
    private final Shape shape;
    private final Geometry geometry;

    /** @param row which was compiled; its position is so far behind the users' next one */
    DecodeImage(
            Question question,
            Partition partition,
            DecodeCompiler.WithStages compiled,
            List<SmallDecoder> users,
            StepRow row) {
        this.question = question;
        this.row = row;
        this.partition = partition;
        this.compiled = compiled;
        this.users = users;
        attention = question.model().layers().getFirst().attention();
        shape = shape(Piece.whole(0));
        geometry = new Geometry(question.machine());
    }

    private Shape shape(Piece piece) {
        return Shape.of(
                question.machine(),
                question.model(),
                question.model().layers().getFirst(),
                partition.tensor(),
                question.context(),
                row.positions(),
                piece);
    }

    /** The model's number of a head of keys of a chip. */
    int keyHead(int chip, int local) {
        return new OfChip(chip, 0, chip % partition.tensor(), (side, slice, word, vector) -> {}).keyHead(local);
    }

    Shape shape() {
        return shape;
    }

    /** First word of a user's cache on a chip. */
    int base(int chip, int user) {
        var schedule = compiled.schedule();
        var placement = schedule.program().chips().get(chip).getFirst();
        return placement.bases().getFirst() + user * schedule.cacheWords().get(placement.block());
    }

    /** What is the same for all positions. */
    MemoryImage weights() {
        return image(OfChip::weights);
    }

    /** What depends on the position of the row. */
    MemoryImage position() {
        return image(OfChip::position);
    }

    /** Keys and values of all positions before the step's. */
    MemoryImage caches() {
        return image(chip -> {
            for (int user = 0; user < users.size(); user++) {
                chip.caches(user);
            }
        });
    }

    /** What a user's row begins with. */
    MemoryImage residual(int user) {
        return image(chip -> chip.residual(users.get(user)));
    }

    private MemoryImage image(Consumer<OfChip> part) {
        return (chip, writer) -> {
            int stage = chip / partition.tensor();
            if (stage < partition.stages()) {
                part.accept(new OfChip(chip, stage, chip % partition.tensor(), writer));
            }
        };
    }

    /** Writes the memory of one chip. */
    private final class OfChip {
        private final int chip;
        private final int stage;
        private final int rank;
        private final MemoryImage.Writer writer;
        private final Layout layout;
        /** With the experts of this chip's stage. */
        private final Shape shape;

        OfChip(int chip, int stage, int rank, MemoryImage.Writer writer) {
            this.chip = chip;
            this.stage = stage;
            this.rank = rank;
            this.writer = writer;
            layout = compiled.layouts().get(stage);
            shape = DecodeImage.this.shape(experts(piece -> !piece.attends()));
        }

        /** The first of a stage's pieces that has a property. */
        private Piece experts(Predicate<Piece> which) {
            return partition.piecesOf(stage).stream().filter(which).findFirst().orElse(Piece.whole(0));
        }

        void weights() {
            layout.contents().tiles().forEach(this::tile);
            for (Hemisphere side : Hemisphere.values()) {
                constants(side);
            }
            ones();
            choice();
        }

        void position() {
            int position = users.getFirst().position() + row.number();
            for (Hemisphere side : Hemisphere.values()) {
                for (Contents.Tables words : layout.contents().tables()) {
                    double logarithm =
                            1 / Math.log(2) / Math.sqrt(users.getFirst().scoreSize());
                    rotation(position, side, words.cosine(), words.sine(), logarithm);
                    rotation(position, side, words.keyCosine(), words.keySine(), 1);
                }
                int last = position % LANES;
                int set = position / LANES / 2 % shape.keySets();
                int size = shape.headSize();
                wide(Layout.mask(side, row), side, lane -> lane <= last ? 0 : HIDDEN);
                wide(Layout.otherLanes(side, row), side, lane -> lane == last ? 0 : 1);
                wide(Layout.otherSets(side, row), side, lane -> lane / size == set ? 0 : 1);
            }
        }

        void caches(int user) {
            layout.contents().caches().forEach(cached -> cache(cached, user));
        }

        void residual(SmallDecoder user) {
            for (int block = 0; stage == 0 && block < shape.blocks(); block++) {
                int before = LANES * block;
                for (Hemisphere side : Hemisphere.values()) {
                    half(
                            Layout.residual(block),
                            side,
                            lane -> before + lane < question.model().width()
                                    ? user.residual(user.position() + row.number(), before + lane)
                                    : 0);
                }
            }
        }

        private int layer(int half) {
            return (partition.firstHalf(stage) + half) / 2;
        }

        private void tile(Contents.Tile tile) {
            Hemisphere side = tile.plane().hemisphere();
            for (int output = 0; output < GROUP * tile.groups(); output++) {
                int row = output;
                int word = tile.word() + row / GROUP;
                switch (partition.precision()) {
                    case INT8 -> {
                        int stream = GROUP * tile.plane().index() + row % GROUP;
                        write(side, geometry.streaming(side).get(stream), word, lane -> (int) weight(tile, row, lane));
                    }
                    case FP16 -> row(side, row % GROUP, word, lane -> weight(tile, row, lane));
                }
            }
        }

        private double weight(Contents.Tile tile, int row, int lane) {
            int layer = layer(tile.half());
            int width = question.model().width();
            int residual = LANES * tile.input() + lane;
            int sum = LANES * tile.output() + row;
            return switch (tile.matrix()) {
                case PROJECTIONS -> residual < width ? projection(layer, tile.output(), row, residual) : 0;
                case LATENT_COMMON -> residual < width ? common(layer, tile.output(), row, residual) : 0;
                case LATENT_QUERY -> latentQuery(layer, tile.output(), row, queryElement(tile.input(), lane));
                case LATENT_VALUE -> latentValue(layer, tile, row, lane);
                case OUTPUT -> {
                    int input = attended(tile.input(), lane);
                    yield sum < width && input >= 0
                            ? users.getFirst().weight(SmallDecoder.Kind.OUTPUT, layer, sum, input)
                            : 0;
                }
                case GATE_UP -> {
                    int hidden = hidden(tile, tile.expert(), tile.output() / 2, row);
                    var kind = tile.output() % 2 == 0 ? SmallDecoder.Kind.GATE : SmallDecoder.Kind.UP;
                    yield residual < width && hidden >= 0 ? users.getFirst().weight(kind, layer, hidden, residual) : 0;
                }
                case DOWN -> {
                    int set = shape.packed() > 1 ? lane / shape.hiddenLanes() : 0;
                    int hidden = tile.expert() + set < shape.experts() && set < shape.packed()
                            ? hidden(tile, tile.expert() + set, tile.input(), lane - set * shape.hiddenLanes())
                            : -1;
                    yield sum < width && hidden >= 0
                            ? users.getFirst().weight(SmallDecoder.Kind.DOWN, layer, sum, hidden)
                            : 0;
                }
                case SHARED_GATE ->
                    residual < width ? users.getFirst().weight(SmallDecoder.Kind.SHARED_SHARE, layer, 0, residual) : 0;
                case SHARED_GATE_UP -> {
                    int hidden = shared(tile.output() / 2, row);
                    var kind = tile.output() % 2 == 0 ? SmallDecoder.Kind.SHARED_GATE : SmallDecoder.Kind.SHARED_UP;
                    yield residual < width && hidden >= 0 ? users.getFirst().weight(kind, layer, hidden, residual) : 0;
                }
                case SHARED_DOWN -> {
                    int hidden = shared(tile.input(), lane);
                    yield sum < width && hidden >= 0
                            ? users.getFirst().weight(SmallDecoder.Kind.SHARED_DOWN, layer, sum, hidden)
                            : 0;
                }
                case ROUTER ->
                    residual < width && row < shape.choice().outputs(LANES)
                            ? users.getFirst()
                                    .weight(
                                            SmallDecoder.Kind.ROUTER,
                                            layer,
                                            row % shape.choice().all(),
                                            residual)
                            : 0;
                case HEAD -> {
                    int share = question.model().vocabulary() / partition.tensor();
                    int local = tile.output() * tile.groups() * GROUP + row;
                    yield residual < width && local < share
                            ? users.getFirst().weight(SmallDecoder.Kind.HEAD, 0, rank * share + local, residual)
                            : 0;
                }
            };
        }

        private LatentShape latent() {
            return java.util.Objects.requireNonNull(shape.latent());
        }

        private SmallLatent model() {
            return new SmallLatent(users.getFirst(), (AttentionSizes.Latent) attention);
        }

        /** Number of an element of the compressed key, or of those behind that carry the position, in a vector's lane; -1 for none. */
        private int compressed(int vector, int lane) {
            if (lane < latent().part()) {
                return vector * latent().part() + lane;
            }
            int positioned = lane - latent().part();
            return latent().rotated(vector) && positioned < latent().rotary()
                    ? latent().vectors() * latent().part() + positioned
                    : -1;
        }

        private double common(int layer, int tile, int row, int input) {
            int vectors = latent().vectors();
            if (tile < vectors) {
                int element = compressed(tile, row);
                return element < 0 ? 0 : users.getFirst().weight(SmallDecoder.Kind.KEY, layer, element, input);
            }
            if (latent().queryRank() == 0) {
                return latentQuery(layer, tile - vectors, row, input);
            }
            int element = queryElement(tile - vectors, row);
            return element < 0 ? 0 : users.getFirst().weight(SmallDecoder.Kind.QUERY_ELEMENTS, layer, element, input);
        }

        private int queryElement(int block, int lane) {
            int length = GROUP * latent().queryBlockGroups(LANES);
            int element = block * length + lane;
            return lane < length && element < latent().queryRank() ? element : -1;
        }

        private double latentQuery(int layer, int tile, int row, int input) {
            int head = query(tile / latent().vectors());
            int element = compressed(tile % latent().vectors(), row);
            return element < 0 || input < 0 || head == NONE ? 0 : model().absorbed(layer, head, element, input);
        }

        /** Outputs of the second head of a pair lie behind those of the first. */
        private double latentValue(int layer, Contents.Tile tile, int row, int lane) {
            int local = tile.output();
            int head = query(local);
            int output = row - local % 2 * latent().value();
            int input = tile.input() % latent().vectors() * latent().part() + lane;
            boolean there = output >= 0 && output < latent().value() && lane < latent().part();
            return there && head != NONE
                    ? users.getFirst().weight(SmallDecoder.Kind.VALUE, layer, head * latent().value() + output, input)
                    : 0;
        }

        private double projection(int layer, int tile, int element, int input) {
            int size = shape.headSize();
            int local = tile / (shape.group() + 2);
            int part = tile % (shape.group() + 2);
            if (part < shape.group()) {
                int head = query(local * shape.group() + part);
                return head == NONE
                        ? 0
                        : users.getFirst().weight(SmallDecoder.Kind.QUERY, layer, head * size + element, input);
            }
            var kind = part == shape.group() ? SmallDecoder.Kind.KEY : SmallDecoder.Kind.VALUE;
            int keyHead = keyHead(local);
            return keyHead == NONE ? 0 : users.getFirst().weight(kind, layer, keyHead * size + element, input);
        }

        /** The model's number of a query of this chip; chips with copies of a head of keys share its queries. */
        private int query(int local) {
            int keyHead = keyHead(local / shape.group());
            int group = attention.heads() / attention.kvHeads();
            int own = rank % sharers() * shape.group() + local % shape.group();
            return keyHead == NONE || own >= group ? NONE : keyHead * group + own;
        }

        private int keyHead(int local) {
            int keyHead = rank / sharers() * shape.keyHeads() + local;
            return keyHead < attention.kvHeads() ? keyHead : NONE;
        }

        /** Chips that have copies of a head of keys. */
        private int sharers() {
            return Math.max(1, partition.tensor() / attention.kvHeads());
        }

        /** Element of the attended row that lies in a lane; -1 for none. */
        private int attended(int round, int lane) {
            int size = shape.latent() == null ? shape.headSize() : latent().value();
            int local = Round.MOST * round + lane / size;
            return lane < Round.MOST * size && local < shape.keyHeads() * shape.group() && query(local) != NONE
                    ? query(local) * size + lane % size
                    : -1;
        }

        private int hidden(Contents.Tile tile, int expert, int block, int lane) {
            int whole = question.model().layers().getFirst().feedForward().hidden();
            int share = whole / partition.tensor();
            int half = partition.firstHalf(stage) + tile.half();
            int first = experts(piece -> piece.half() == half)
                    .firstExpert(shape.choice().all());
            int length = GROUP * shape.hiddenBlockGroups();
            int local = block * length + lane;
            return lane < length && local < share ? (first + expert) * whole + rank * share + local : -1;
        }

        /** Number of a hidden element of the network that all tokens use; -1 for none. */
        private int shared(int block, int lane) {
            int share = question.model().layers().getFirst().feedForward().shared() / partition.tensor();
            int length = GROUP * shape.sharedBlockGroups();
            int local = block * length + lane;
            return lane < length && local < share ? rank * share + local : -1;
        }

        private void constants(Hemisphere side) {
            for (int word = 0; word < layout.constants(); word++) {
                wide(Layout.constant(side, word), side, lane -> users.getFirst().scale());
            }
            for (Contents.ShortScale scale : layout.contents().shortScales()) {
                wide(
                        Layout.constant(side, scale.word()),
                        side,
                        lane -> lane < scale.outputs() ? users.getFirst().scale() : 0);
            }
            scoring(side);
            for (Contents.LatentTables tables : layout.contents().latentTables()) {
                int part = latent().part();
                double scale = 1 / Math.log(2) / Math.sqrt(users.getFirst().scoreSize());
                wide(Layout.constant(side, tables.compressed()), side, lane -> lane < part ? 1 : 0);
                wide(Layout.constant(side, tables.positioned()), side, lane -> lane >= part ? 1 : 0);
                wide(Layout.constant(side, tables.scale()), side, lane -> scale);
            }
            if (side == Hemisphere.EAST) {
                int set = shape.hiddenLanes();
                wide(Layout.laneSets(), side, lane -> lane < shape.packed() * set ? lane / set : -1);
            }
            int size = shape.headSize();
            int first = side == Hemisphere.EAST ? 0 : size;
            wide(Layout.headLanes(side), side, lane -> lane >= first && lane < first + size ? 1 : 0);
            for (int element = 0; element < size; element++) {
                int own = element;
                half(Layout.unit(element), side, lane -> lane == own ? 1 : 0);
            }
        }

        private void rotation(int position, Hemisphere side, int cosine, int sine, double factor) {
            int size = shape.latent() == null ? shape.headSize() : latent().part() + latent().rotary();
            wide(Layout.constant(side, cosine), side, lane -> lane < size ? cosine(position, lane) * factor : 0);
            wide(
                    Layout.constant(side, sine),
                    side,
                    lane -> lane < size ? sine(position, lane) * factor * (lane % 2 == 0 ? -1 : 1) : 0);
        }

        /** Lanes of a compressed key do not rotate. */
        private double cosine(int position, int lane) {
            int first = shape.latent() == null ? 0 : latent().part();
            return lane < first ? 1 : users.getFirst().cosine(position, lane - first);
        }

        private double sine(int position, int lane) {
            int first = shape.latent() == null ? 0 : latent().part();
            return lane < first ? 0 : users.getFirst().sine(position, lane - first);
        }

        /** The tables of ones that every stage begins with. */
        private void ones() {
            byte[] one = new byte[LANES];
            java.util.Arrays.fill(one, (byte) 1);
            int words = LANES / GROUP;
            for (int word = 0; word < words; word++) {
                for (int stream = 0; stream < GROUP; stream++) {
                    writer.write(
                            Hemisphere.EAST, geometry.streaming(Hemisphere.EAST).get(stream), word, one);
                    for (Hemisphere side : Hemisphere.values()) {
                        row(side, stream, words + word, lane -> 1);
                    }
                }
            }
        }

        /** The tables with which experts are chosen. */
        private void choice() {
            for (Contents.LaneNumbers numbers : layout.contents().laneNumbers()) {
                for (int row = 0; row < LANES; row++) {
                    row(
                            Hemisphere.EAST,
                            row % GROUP,
                            numbers.word() + row / GROUP,
                            lane -> number(numbers.experts(), lane));
                }
            }
            RoutingShape choice = shape.choice();
            for (int row = 0; row < LANES && layout.contents().expertOnes() >= 0; row++) {
                int word = row / GROUP;
                row(
                        Hemisphere.WEST,
                        row % GROUP,
                        layout.contents().expertOnes() + word,
                        lane -> lane < choice.all() ? 1 : 0);
                if (choice.routing().grouped()) {
                    int group = row / choice.groupSize();
                    row(
                            Hemisphere.EAST,
                            row % GROUP,
                            layout.contents().groupOnes() + word,
                            lane -> lane < choice.all() && lane / choice.groupSize() == group ? 1 : 0);
                }
            }
        }

        /** The number of an expert among those of the chip; one more where others are elsewhere, which have 0 then. */
        private int number(RoutingShape choice, int expert) {
            int local = expert - choice.first();
            boolean own = local >= 0 && local < choice.own();
            return own ? local + (choice.shared() ? 1 : 0) : 0;
        }

        /** What scores of experts are made and compared with. */
        private void scoring(Hemisphere side) {
            RoutingShape choice = shape.choice();
            int outputs = choice.outputs(LANES);
            for (Contents.Scoring scoring : layout.contents().scorings()) {
                wide(Layout.constant(side, scoring.halves()), side, lane -> lane < outputs ? 0.5 : 0);
                if (scoring.bias() >= 0) {
                    wide(
                            Layout.constant(side, scoring.bias()),
                            side,
                            lane -> lane < outputs
                                    ? users.getFirst().bias(layer(scoring.half()), lane % choice.all())
                                    : 0);
                }
            }
            for (Contents.Neighbours neighbours : layout.contents().neighbours()) {
                wide(Layout.constant(side, neighbours.word()), side, lane -> {
                    int other = lane + neighbours.lanes();
                    boolean there = lane < choice.all() && other >= 0 && other < choice.all();
                    int group = neighbours.group() == 0 ? choice.all() : neighbours.group();
                    return there && lane / group == other / group ? 1 : 0;
                });
            }
        }

        private void cache(Contents.Cached cached, int user) {
            if (shape.latent() != null) {
                latentCache(cached, user);
                return;
            }
            SmallDecoder decoder = users.get(user);
            int position = decoder.position();
            int base = base(chip, user);
            int layer = layer(cached.half());
            int keyHead = keyHead(cached.keyHead());
            if (keyHead == NONE) {
                return;
            }
            int size = shape.headSize();
            int sets = shape.keySets();
            for (int first = 0; first < shape.positionBlocks(); first += first % 2 == 0 ? 1 : 2 * sets - 1) {
                int low = first;
                for (int key = 0; key < LANES; key++) {
                    int row = key;
                    row(
                            Cache.side(first),
                            row % GROUP,
                            base + cached.cache().keyWord(first, 0).word() + row / GROUP,
                            lane -> {
                                int at = LANES * (low + 2 * (lane / size)) + row;
                                return lane < sets * size && at < position
                                        ? decoder.key(layer, keyHead, at, lane % size)
                                        : 0;
                            });
                }
            }
            for (int block = 0; block < shape.positionBlocks(); block++) {
                int first = LANES * block;
                for (int element = 0; element < size; element++) {
                    int own = element;
                    row(
                            Cache.side(block),
                            element % GROUP,
                            base + cached.cache().valueWord(block, 0).word() + element / GROUP,
                            lane -> first + lane < position ? decoder.value(layer, keyHead, first + lane, own) : 0);
                }
            }
        }

        private void latentCache(Contents.Cached cached, int user) {
            SmallDecoder decoder = users.get(user);
            int position = decoder.position();
            int base = base(chip, user);
            int layer = layer(cached.half());
            for (int block = 0; block < shape.positionBlocks(); block++) {
                int first = LANES * block;
                for (int vector = 0; vector < shape.vectors(); vector++) {
                    int own = vector;
                    for (int key = 0; key < LANES; key++) {
                        int at = first + key;
                        int word = base + cached.cache().keyWord(block, vector).word() + key / GROUP;
                        row(Cache.side(block), key % GROUP, word, lane -> {
                            int element = compressed(own, lane);
                            return at < position && element >= 0 ? decoder.key(layer, 0, at, element) : 0;
                        });
                    }
                    for (int element = 0; element < latent().part(); element++) {
                        int number = vector * latent().part() + element;
                        int word =
                                base + cached.cache().valueWord(block, vector).word() + element / GROUP;
                        row(
                                Cache.side(block),
                                element % GROUP,
                                word,
                                lane -> first + lane < position ? decoder.value(layer, 0, first + lane, number) : 0);
                    }
                }
            }
        }

        /** FP16 in the pair of slices that feeds a row of an array. */
        private void row(Hemisphere side, int row, int word, IntToDoubleFunction lanes) {
            for (int plane = 0; plane < Short.BYTES; plane++) {
                int shift = Byte.SIZE * plane;
                int slice = geometry.streaming(side).get(2 * row + plane);
                write(side, slice, word, lane -> Float.floatToFloat16((float) lanes.applyAsDouble(lane)) >> shift);
            }
        }

        private void half(Place place, Hemisphere side, IntToDoubleFunction lanes) {
            planes(place, side, lane -> Float.floatToFloat16((float) lanes.applyAsDouble(lane)));
        }

        private void wide(Place place, Hemisphere side, IntToDoubleFunction lanes) {
            planes(place, side, lane -> Float.floatToRawIntBits((float) lanes.applyAsDouble(lane)));
        }

        private void planes(Place place, Hemisphere side, IntUnaryOperator bits) {
            for (int plane = 0; plane < place.slices().size(); plane++) {
                int shift = Byte.SIZE * plane;
                write(side, place.slices().get(plane), place.word(), lane -> bits.applyAsInt(lane) >> shift);
            }
        }

        private void write(Hemisphere side, int slice, int word, IntUnaryOperator lanes) {
            byte[] vector = new byte[LANES];
            for (int lane = 0; lane < LANES; lane++) {
                vector[lane] = (byte) lanes.applyAsInt(lane);
            }
            writer.write(side, slice, word, vector);
        }
    }
}
