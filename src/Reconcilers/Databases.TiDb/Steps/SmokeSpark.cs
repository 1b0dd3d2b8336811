namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Runs the smoke test of the spec on the master's host (docs/research/tidb.md#tispark); its exit code must be
/// 0. It may run more than once.</summary>
[Acceptable]
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
