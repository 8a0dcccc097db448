package dev.lockstep.server.page;

import dev.lockstep.server.http.Access;
import dev.lockstep.server.http.Routes;
import dev.lockstep.server.serving.Answers;

/** The page and its endpoints. */
public final class Page {
    private Page() {}

    public static void addTo(Routes routes, Answers answers) {
        var files = new PageFiles();
        routes.get("/", Access.OPEN, files::index)
                .get("/page/", Access.OPEN, files::file)
                .get("/lockstep/schedule", Access.KEY, new ScheduleEndpoint(answers));
    }
}
