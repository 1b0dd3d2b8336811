namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Counts the statements that failed since each TiDB server was started (Failed Query OPM of the Grafana
/// boards). The number is for the administrator and decides nothing.</summary>
[Acceptable]
internal sealed record CountFailedStatements : TiDbStep, IWaitsOnly
{
    /// <summary>Fact: the statements of all TiDB servers that failed since their restart.</summary>
    public const string FailedFact = "failedStatements";

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var failed = 0.0;
        var unknown = new List<string>();
        foreach (var server in Spec.Of(DatabaseComponent.TiDB))
        {
            try
            {
                var metrics = await Targets.Tidb().MetricsAsync(Spec.Status(server), cancellationToken);
                failed += metrics.Sum(name => name == "tidb_server_execute_error_total") ?? 0;
            }
            catch (TargetException exception)
            {
                // The number decides nothing, so the upgrade does not wait for it: the result says what is missing.
                unknown.Add($"Unknown on {server.Name}: {Sentences.Close(exception.Message)}");
            }
        }

        var text = failed.ToString("0", CultureInfo.InvariantCulture);
        return new Observation.Done(
            Sentences.Join([$"{text} statements failed since the TiDB servers were restarted.", .. unknown]),
            Entry(FailedFact, text));
    }
}
