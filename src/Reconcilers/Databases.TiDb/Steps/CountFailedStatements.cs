using System.Globalization;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>
/// Reads how many statements have failed since each TiDB was started (Failed Query OPM of the Grafana boards). A number
/// for a person; it decides nothing.
/// </summary>
internal sealed class CountFailedStatements(ITiDbTargets targets) : TiDbStep(targets)
{
    /// <summary>Fact: statements that failed since the restart, all TiDBs together.</summary>
    public const string FailedFact = "failedStatements";

    /// <inheritdoc />
    public override Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken) => PatientlyAsync(async () =>
    {
        var failed = 0.0;
        foreach (var server in Spec.Of(DatabaseComponent.TiDB))
        {
            var metrics = await Targets.Tidb().MetricsAsync(Spec.Status(server), cancellationToken);
            failed += metrics.Sum(name => name == "tidb_server_execute_error_total") ?? 0;
        }

        var text = failed.ToString("0", CultureInfo.InvariantCulture);
        return new Observation.Done($"{text} statements failed since the TiDB servers were restarted", Fact(FailedFact, text));
    });
}
