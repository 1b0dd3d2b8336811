namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>The base of the steps for TiSpark (docs/project/research/tidb.md#tispark).</summary>
internal abstract record SparkStep : TiDbStep
{
    protected TiSparkSpec Spark => Targets.Settings.TiSpark ?? throw new StepActionException(
        Reasons.InvalidSpec, "spec.tidb.tiSpark is missing, for which the plan has steps. Add it again.");

    protected string Jars => $"{Spark.Directory.TrimEnd('/')}/jars";
    protected string Jar => $"{Jars}/{Spark.Jar[(Spark.Jar.LastIndexOf('/') + 1)..]}";

    protected async Task<bool> HasNewJarAsync(string host, CancellationToken cancellationToken)
    {
        var files = Targets.Hosts.Files(host);
        return (await files.Sha256Async([Jar], cancellationToken))[0] == Spark.JarSha256
            && (await HostFileScripts.JarsAsync(files, Jars, cancellationToken))
                .All(j => Jar.EndsWith("/" + j, StringComparison.Ordinal));
    }

    /// <summary>Runs a script of Spark on the master's host.</summary>
    /// <exception cref="HostException">It cannot be run, or its exit code is not 0.</exception>
    protected async Task RunAsync(string script, CancellationToken cancellationToken)
    {
        var master = Spark.Hosts[0];
        var path = script.StartsWith('/') ? script : $"{Spark.Directory.TrimEnd('/')}/{script}";
        var result = await Targets.Hosts.Files(master).RunAsync(new RemoteCommand(path), cancellationToken);
        if (!result.IsSuccess)
        {
            throw new HostException(
                master, Reasons.StepFailed,
                $"{master}: {path} exited with code {result.ExitCode}: "
                + ToolOutput.Excerpt(result.Errors + " " + result.Output),
                mayHaveRun: true);
        }
    }
}

/// <summary>Stops Spark. What its master showed before is recorded, to be compared after the start.</summary>
[Step("stop", "Stop Spark")]
internal sealed record StopSpark : SparkStep, IConsent
{
    public IEnumerable<ConsentLine> ConsentTo(PlanProgress plan, Step own) =>
        [new(ConsentWeight.Down, "Spark is stopped until its new JAR is in place.")];

    public const string BeforeKey = "before";

    public override Task<Observation> ObserveAsync(
        StepContext context, CancellationToken cancellationToken) => PatientlyAsync(async () =>
    {
        var isNewEverywhere = true;
        foreach (var host in Spark.Hosts)
        {
            isNewEverywhere &= await HasNewJarAsync(host, cancellationToken);
        }

        var master = await SparkMaster.ReadAsync(Targets, Spark, cancellationToken);
        if (context.Receipt(BeforeKey) is null)
        {
            return isNewEverywhere && master is not null
                ? new Observation.Done("Spark already has the new JAR.", Entry(BeforeKey, master.ToString()))
                : new Observation.NotStarted("Spark still has the old JAR, or does not answer.");
        }

        return master is null
            ? new Observation.Done("Spark's master is stopped.")
            : new Observation.NotStarted("Spark's master is still running.");
    });

    public override async Task<Receipt> PrepareAsync(StepContext context, CancellationToken cancellationToken)
    {
        // From an earlier attempt: Spark may be stopped by now and show nothing.
        if ((context.Receipt(BeforeKey) ?? context.Recorded(context.Step.Id, BeforeKey)) is { } known)
        {
            return Entry(BeforeKey, known);
        }

        SparkMaster? before;
        try
        {
            before = await SparkMaster.ReadAsync(Targets, Spark, cancellationToken);
        }
        catch (ServiceException exception)
        {
            throw NotYet(exception.Reason, exception.Message);
        }

        return before is { } master
            ? Entry(BeforeKey, master.ToString())
            : throw new StepActionException(
                Reasons.ComponentsUnhealthy,
                $"Spark's master does not listen on {Spark.Hosts[0]}:{Spark.WebPort}, so there is nothing to compare "
                + "with after the upgrade. Start Spark, or create an upgrade without spec.tidb.tiSpark.");
    }

    protected override Task ExecuteAsync(StepContext context, CancellationToken cancellationToken) =>
        RunAsync(Spark.Stop, cancellationToken);
}

/// <summary>Replaces the TiSpark JAR of one host.</summary>
[Step("jar")]
internal sealed record ReplaceSparkJar(string Sha256) : SparkStep
{
    internal override string Title(string? node) => $"Replace the TiSpark JAR on {node}";

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken) =>
        await HasNewJarAsync(context.Node, cancellationToken)
            ? new Observation.Done(Jar)
            : new Observation.NotStarted($"{Jar} is not the new JAR.");

    protected override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken)
    {
        var host = Targets.Hosts.Files(context.Node);
        await HostFileScripts.ReplaceAsync(host, Spark.Jar, Jar, Spark.JarSha256, $"{Jar}.old", cancellationToken);
        Targets.EnsureMayAct();
        var name = Jar[(Jar.LastIndexOf('/') + 1)..];
        await HostFileScripts.SetAsideOtherJarsAsync(host, Jars, name, cancellationToken);
    }
}

/// <summary>Starts Spark and waits until its master shows the workers, cores and memory it showed before.</summary>
[Step("start", "Start Spark and wait for its workers")]
internal sealed record StartSpark : SparkStep
{
    public override Task<Observation> ObserveAsync(
        StepContext context, CancellationToken cancellationToken) => PatientlyAsync(async () =>
    {
        if (await SparkMaster.ReadAsync(Targets, Spark, cancellationToken) is not { } master)
        {
            return new Observation.NotStarted("Spark's master is not running.");
        }

        var before = context.Plan.Step<StopSpark>()?.Recorded(StopSpark.BeforeKey);
        return before is null || before == master.ToString()
            ? new Observation.Done($"Spark's master shows workers/cores/memory {master}.")
            : new Observation.Running($"Spark's master shows workers/cores/memory {master}, before {before}.");
    });

    protected override Task ExecuteAsync(StepContext context, CancellationToken cancellationToken) =>
        RunAsync(Spark.Start, cancellationToken);
}

/// <summary>Runs the smoke test of the spec on the master's host (docs/project/research/tidb.md#tispark); its exit code
/// must be
/// 0. It may run more than once.</summary>
[Acceptable]
[Step("smoke", "Run the smoke test of Spark")]
internal sealed record SmokeSpark : SparkStep, IWaitsOnly
{
    private const string InDirectory = """cd -- "$1" && shift && "$@" """;

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var master = Spark.Hosts[0];
        var command = RemoteCommand.Script(InDirectory, [Spark.Directory, .. Spark.Smoke]);
        var result = await Targets.Hosts.Files(master).RunAsync(command, cancellationToken);
        return result.IsSuccess
            ? new Observation.Done("The smoke test succeeded.")
            : new Observation.Failed(
                Reasons.StepFailed,
                $"The smoke test on {master} exited with code {result.ExitCode}: "
                + ToolOutput.Excerpt(Targets.Redact(result.Errors + " " + result.Output)));
    }
}

/// <summary>What the page of Spark's master shows (workers, cores, memory; docs/project/research/tidb.md#tispark), read
/// from /json/.</summary>
/// <param name="Memory">Their memory, in MB.</param>
internal sealed record SparkMaster(long Workers, long Cores, long Memory)
{
    public override string ToString() => $"{Workers}/{Cores}/{Memory}";

    /// <summary>Reads the page; null if nothing listens on the port of the master.</summary>
    /// <exception cref="ServiceException">Unknown: the host does not answer.</exception>
    /// <exception cref="TiDbApiException">Unknown: the answer is unusable.</exception>
    public static async Task<SparkMaster?> ReadAsync(
        TiDbTargets targets, TiSparkSpec spark, CancellationToken cancellationToken)
    {
        try
        {
            return await targets.Context.PlainHttp.GetAsync(
                new ServiceAddress(spark.Hosts[0], spark.WebPort), "/json/", TiDbJsonContext.Default.SparkPage,
                page =>
                {
                    var alive = TiDbAnswers.Entries(page.Workers).Where(w => w.State == "ALIVE").ToList();
                    return new SparkMaster(alive.Count, alive.Sum(w => w.Cores ?? 0), alive.Sum(w => w.Memory ?? 0));
                },
                cancellationToken);
        }
        catch (ServiceException exception) when (exception.IsRefused)
        {
            return null;
        }
    }

    /// <summary>GET /json/. The list may be null.</summary>
    internal sealed record Page(List<Worker?>? Workers);

    internal sealed record Worker(string State, long? Cores = null, long? Memory = null);
}
