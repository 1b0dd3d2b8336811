namespace Drydock.Reconcilers.Oms;

/// <summary>Runs the correction JAR (docs/project/research/oms.md#correction-jar), which restructures the metadata for
/// 4.0.1 and later. Its exit codes are not documented: 0 without reported errors is success, anything else a failure.
/// It may be repeated only on restored data, unless its output proves that java never began to execute it.</summary>
/// <param name="Last">Whether this is the last region (<c>-ltrue</c>).</param>
/// <param name="Jar">Path, absolute or relative to the working directory; null: it is looked for.</param>
/// <param name="WorkingDir">Where the command runs; null: in the directory of the JAR.</param>
[Acceptable(OnlyIf = "if it ended with exit code 0 and its output reports errors")]
internal sealed record RunCorrectionJar(string Container, bool Last, string? Jar = null, string? WorkingDir = null)
    : RunOnceCommand(Container)
{
    private const string Java = "/opt/alibaba/java/bin/java";

    internal override string Verb => "jar";
    internal override int Attempts => 1;
    internal override RetryRule Retry => RetryRule.RestoreFirst;
    internal override bool IsPointOfNoReturn => true;
    internal override string Title(string? node) =>
        $"Run the correction JAR on {node} ({(Last ? "-ltrue" : "-lfalse")})";

    internal override string Runs => Exec(Container, Command(Jar ?? "correction-*.jar"));

    protected override async Task<(string Directory, IReadOnlyList<string> Command)> CommandAsync(
        StepContext context, InspectedContainer container, CancellationToken cancellationToken)
    {
        var location = new JarLocation(Jar, WorkingDir);
        var found = await JarSearch.FindAsync(Docker(context), container, location, cancellationToken);
        if (found.Count != 1)
        {
            throw new StepActionException(
                Reasons.JarMissing,
                found.Count == 0 ? Missing(context, location, container) : Ambiguous(context, found));
        }

        return (location.WorkingDir ?? JarLocation.DirectoryOf(found[0]), Command(found[0]));
    }

    private string[] Command(string jar) =>
        [Java, "-jar", jar, "-mupgrade", $"-y{OmsConfig.ContainerPath}", Last ? "-ltrue" : "-lfalse"];

    private string Missing(StepContext context, JarLocation location, InspectedContainer container)
    {
        var (where, target) = location.Path is { } path
            ? ($"no readable {path}", path)
            : (
                "no correction-*.jar, neither in "
                + $"{string.Join(", ", location.Places(container.Config.WorkingDir))} nor elsewhere in the image",
                $"{JarLocation.Directories[0]}/");
        return $"The running container {Container} on {context.Node} has {where}. OMS is stopped, and the "
            + "correction JAR was not run. On that host, run "
            + $"`docker cp correction.jar {Container}:{target}` with the vendor's JAR, then retry.";
    }

    private string Ambiguous(StepContext context, IReadOnlyList<string> found) =>
        $"The running container {Container} on {context.Node} has {found.Count} correction JARs: "
        + $"{string.Join(", ", found.Take(10))}. OMS is stopped, and none of them was run. Remove those of other "
        + $"versions (`docker exec {Container} rm PATH`), then retry.";

    protected override async Task<Observation.Failed?> ObstacleAsync(
        StepContext context, CancellationToken cancellationToken)
    {
        // The steps that stopped the consoles are finished and not observed again; a console on any node writes to the
        // same metadata. Each look starts a program in a container, so all are asked at once, and none twice.
        var stops = context.Plan.Steps.Where(s => s.Is<StopConsole>())
            .Select(s => (Step: s, s.As<StopConsole>().Container)).ToList();
        var looks = stops.Append((context.Step, Container)).DistinctBy(place => (place.Step.Node, place.Container))
            .ToDictionary(
                place => (place.Step.Node, place.Container),
                place => ProgramsAsync(context with { Step = place.Step }, place.Container, cancellationToken));
        await Task.WhenAll(looks.Values);
        foreach (var (stop, container) in stops)
        {
            var state = (await looks[(stop.Node, container)]).StateOf(OmsPrograms.Console);
            if (!StopConsole.IsDown(state))
            {
                return new Failed(
                    Reasons.ComponentsUnhealthy,
                    $"oms_console on {stop.Node} is {state?.Word() ?? "not listed"}, but it "
                    + "must not run on any node while the correction JAR runs. On that host, run "
                    + $"`docker exec {container} supervisorctl stop oms_console`, then retry.");
            }
        }

        var programs = await looks[(context.Step.Node, Container)];
        var down = programs.NotRunning([OmsPrograms.ClusterManager, OmsPrograms.Supervisor]);
        return down.Count == 0
            ? null
            : new Failed(
                Reasons.ComponentsUnhealthy,
                $"The correction JAR on {context.Node} needs programs that are not running: {string.Join(", ", down)}. "
                + $"Start them (`docker exec {Container} supervisorctl start PROGRAM`), then retry.");
    }

    protected override bool MayBeAccepted(Observation.Failed failure) =>
        failure.Reason == Reasons.JarReportedErrors;

    // Whether reported errors count is decided here and nowhere else: JarReportedErrors is a verdict on an ended run.
    protected override Observation Judge(StepContext context, int exitCode, string log)
    {
        var ended = $"The correction JAR on {context.Node} ended with exit code {exitCode}";
        if (JarOutput.ProvesNoRun(log, exitCode, Java))
        {
            return new Failed(
                Reasons.JarNotStarted,
                Sentences.Join(
                    $"{ended} before it began, so nothing was changed.",
                    Excerpt(log),
                    "Repair the cause, then retry: the JAR is run without a restore."))
            {
                NothingRan = true,
            };
        }

        // The names are in the snapshot too.
        if (JarOutput.NamesDuplicates(log))
        {
            return new Failed(
                Reasons.DuplicateProjectNames,
                Sentences.Join($"{ended}: it reports projects that share a name.", Errors(log) ?? Excerpt(log)));
        }

        if (exitCode != 0)
        {
            return new Failed(
                Reasons.RestoreRequired,
                Sentences.Join(
                    $"{ended}.",
                    Excerpt(log),
                    "It never runs twice on the same data: restore the snapshot first."));
        }

        return Errors(log) is { } errors
            ? new Failed(
                Reasons.JarReportedErrors,
                Sentences.Join(
                    $"{ended}, but its output reports errors.",
                    errors,
                    "It never runs twice on the same data: restore the snapshot first."))
            : new Done("The correction JAR ended with exit code 0.");
    }
}
