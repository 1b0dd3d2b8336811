using Drydock.Clients.Remote;
using Drydock.Crds.Common;
using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>
/// Runs the smoke test of the spec on the master's host (docs/research/tidb.md#tispark); it must end with 0. It may run
/// more than once.
/// </summary>
internal sealed class SmokeSpark(ITiDbTargets targets) : SparkStep(targets)
{
    private const string InDirectory = """cd -- "$1" && shift && "$@" """;

    /// <inheritdoc />
    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var result = await Targets.Hosts.Files(Spark().Hosts[0]).RunAsync(RemoteCommand.Script(InDirectory, [Spark().Directory, .. Spark().Smoke]), cancellationToken);
        return result.IsSuccess
            ? new Observation.Done("the smoke test ended with 0")
            : new Observation.Failed(Reasons.StepFailed, $"the smoke test on {Spark().Hosts[0]} ended with {result.ExitCode}: {StrictJson.Words(Targets.Redact(result.Errors + " " + result.Output))}");
    }
}
