package dev.lockstep.compiler.report;

/** The report of a compiled system: one page that needs no other file. */
public final class HtmlReport {
    private HtmlReport() {}

    /** The whole page. */
    public static String of(Outcome outcome) {
        Html html = new Html();
        html.raw("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">")
                .raw("<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>")
                .raw(Html.escape(outcome.plan().question().model().name()))
                .raw(" on " + outcome.plan().partition().chips() + " LPUs</title><style>")
                .raw(Html.resource("style.css"))
                .raw("</style></head><body><main>");
        HeadlineSection.write(html, outcome);
        TimeSection.write(html, outcome);
        LayersSection.write(html, outcome);
        PipelineSection.write(html, outcome);
        html.raw(TrafficSection.of(outcome));
        ChipSection.write(html, outcome);
        MemorySection.write(html, outcome);
        LinksSection.write(html, outcome);
        PartitionsSection.write(html, outcome);
        EnergySection.write(html, outcome);
        PublishedSection.write(html, outcome);
        AssumptionsSection.write(html, outcome);
        html.raw("</main><script>").raw(Html.resource("script.js")).raw("</script></body></html>\n");
        return html.toString();
    }
}
