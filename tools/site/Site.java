import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.commonmark.Extension;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.ext.heading.anchor.HeadingAnchorExtension;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Heading;
import org.commonmark.node.Link;
import org.commonmark.node.Node;
import org.commonmark.parser.Parser;
import org.commonmark.renderer.html.HtmlRenderer;
import org.commonmark.renderer.text.TextContentRenderer;

/**
 * Makes pages for browsers from the README and docs: {@code java Site.java ROOT TARGET}. Links between pages stay links between pages, links to
 * files of the sources are refused if there is no such file.
 */
final class Site {
    private static final List<Extension> EXTENSIONS = List.of(TablesExtension.create(), HeadingAnchorExtension.create());
    private static final Parser PARSER = Parser.builder().extensions(EXTENSIONS).build();
    private static final HtmlRenderer HTML = HtmlRenderer.builder().extensions(EXTENSIONS).build();

    private static final String FRAME =
            """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>%s</title>
            <style>
            :root { color-scheme: light dark; --line: light-dark(#ddd, #444); --soft: light-dark(#f5f5f2, #22231f); }
            body { margin: 0; font: 16px/1.55 system-ui, sans-serif; display: flex; flex-wrap: wrap; }
            nav { flex: 0 0 13rem; padding: 1.5rem; border-right: 1px solid var(--line); }
            nav a { display: block; padding: .15rem 0; }
            main { flex: 1 1 30rem; max-width: 52rem; padding: 1.5rem 2rem; min-width: 0; }
            a { color: light-dark(#0a58a0, #7cb8f0); text-decoration: none; }
            pre { background: var(--soft); padding: .8rem 1rem; overflow-x: auto; border-radius: 4px; }
            code { font: .92em/1.5 ui-monospace, monospace; }
            table { border-collapse: collapse; display: block; overflow-x: auto; }
            td, th { border-bottom: 1px solid var(--line); padding: .3rem .8rem .3rem 0; text-align: left; vertical-align: top; }
            </style>
            </head>
            <body>
            <nav>%s</nav>
            <main>%s</main>
            </body>
            </html>
            """;

    /** @param file relative to the root of the sources */
    private record Page(Path file, Node content, String title) {
        String target() {
            var name = file.getFileName().toString();
            return name.equals("README.md") ? "index.html" : name.replaceFirst("\\.md$", ".html").toLowerCase(java.util.Locale.ROOT);
        }
    }

    public static void main(String[] arguments) throws IOException {
        Path root = Path.of(arguments[0]);
        Path target = Files.createDirectories(Path.of(arguments[1]));
        List<Page> pages = pages(root);
        var navigation = pages.stream()
                .map(page -> "<a href=\"%s\">%s</a>".formatted(page.target(), page.title))
                .collect(Collectors.joining("\n"));
        for (Page page : pages) {
            page.content.accept(new Links(root, page, pages));
            Files.writeString(target.resolve(page.target()), FRAME.formatted(page.title, navigation, HTML.render(page.content)));
        }
        System.out.println(pages.size() + " pages in " + target);
    }

    private static List<Page> pages(Path root) throws IOException {
        List<Path> files = new ArrayList<>(List.of(root.resolve("README.md"), root.resolve("docs/quick-start.md")));
        try (var docs = Files.list(root.resolve("docs"))) {
            docs.filter(file -> file.toString().endsWith(".md") && !files.contains(file)).sorted().forEach(files::add);
        }
        files.add(root.resolve("CONTRIBUTING.md"));
        files.add(root.resolve("CHANGELOG.md"));
        return files.stream().map(file -> page(root, file)).toList();
    }

    private static Page page(Path root, Path file) {
        try {
            Node content = PARSER.parse(Files.readString(file));
            return new Page(root.relativize(file), content, title(content));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static String title(Node content) {
        Node first = content.getFirstChild();
        if (!(first instanceof Heading)) {
            throw new IllegalArgumentException("a page does not begin with a heading");
        }
        return TextContentRenderer.builder().build().render(first).strip();
    }

    /** Turns links to pages of the source into links to pages of the site. */
    private static final class Links extends AbstractVisitor {
        private final Path root;
        private final Page page;
        private final List<Page> pages;

        Links(Path root, Page page, List<Page> pages) {
            this.root = root;
            this.page = page;
            this.pages = pages;
        }

        @Override
        public void visit(Link link) {
            var destination = link.getDestination();
            if (!destination.contains("://") && !destination.startsWith("#")) {
                var parts = destination.split("#", 2);
                Path file = root.relativize(root.resolve(page.file).resolveSibling(parts[0]).normalize());
                link.setDestination(pages.stream()
                        .filter(other -> other.file.equals(file))
                        .map(Page::target)
                        .findFirst()
                        .map(name -> parts.length == 2 ? name + "#" + parts[1] : name)
                        .orElseGet(() -> sourceFile(file)));
            }
            visitChildren(link);
        }

        private String sourceFile(Path file) {
            if (!Files.exists(root.resolve(file))) {
                throw new IllegalArgumentException(page.file + " links to " + file + ", which is not there");
            }
            return "../" + file;
        }
    }
}
