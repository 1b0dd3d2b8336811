namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>The base of the steps for TiSpark (docs/research/tidb.md#tispark).</summary>
internal abstract record SparkStep : TiDbStep
{
    protected TiSparkSpec Spark => Targets.Settings().TiSpark ?? throw new StepActionException(
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
                master,
                Reasons.StepFailed,
                $"{master}: {path} exited with code {result.ExitCode}: "
                + ToolOutput.Excerpt(result.Errors + " " + result.Output),
                mayHaveRun: true);
        }
    }
}
