namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Waits until promoted AutoFlags have reached every process: twice heartbeat_interval_ms
/// (docs/research/yugabytedb.md#procedure), or auto_flags_apply_delay_ms if the version has that flag. Both values are
/// read from the processes.</summary>
internal sealed record AwaitAutoFlags : YugabyteStep, IWaitsOnly
{
    private const string Heartbeat = "heartbeat_interval_ms";
    private const string ApplyDelay = "auto_flags_apply_delay_ms";

    // The documented default.
    private static readonly TimeSpan DefaultHeartbeat = TimeSpan.FromSeconds(1);

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var promote = context.Plan.Steps.Find(s => s.Is<PromoteAutoFlags>() && s.Phase == context.Step.Phase);
        if (promote?.Recorded(PromoteAutoFlags.PromotedFact) == "false" || promote?.FinishedAt is not { } at)
        {
            return new Observation.Done("No AutoFlags were promoted.");
        }

        IReadOnlyDictionary<string, string> master;
        try
        {
            var leader = await Cluster.LeaderAsync(cancellationToken);
            master = await Cluster.MasterClient.FlagsAsync(leader, cancellationToken);
        }
        catch (TargetException exception)
        {
            return new Observation.Running($"Waiting for the leading master. {exception.Message}");
        }

        var tservers = await YugabyteCluster.EachAsync(Cluster.Tservers, FlagsAsync, cancellationToken);

        // Servers may be configured differently; the slowest one decides.
        var wait = tservers
            .Select(flags => Longer(
                2 * (Milliseconds(flags, Heartbeat) ?? DefaultHeartbeat), Milliseconds(flags, ApplyDelay)))
            .Append(Longer(2 * DefaultHeartbeat, Milliseconds(master, ApplyDelay)))
            .Max();
        return context.Time.GetUtcNow() - at >= wait
            ? new Observation.Done()
            : new Observation.Running(
                $"Waiting {KubernetesDuration.Format(wait)} until every process has the new AutoFlags.");
    }

    // A server that does not answer gets the flags when it is back; the others are enough to know how long it takes.
    private async Task<IReadOnlyDictionary<string, string>> FlagsAsync(
        DatabaseInstance server, CancellationToken cancellationToken)
    {
        try
        {
            return await Cluster.TserverClient.FlagsAsync(Cluster.Web(server), cancellationToken);
        }
        catch (TargetException)
        {
            return new Dictionary<string, string>(StringComparer.Ordinal);
        }
    }

    private static TimeSpan? Milliseconds(IReadOnlyDictionary<string, string> flags, string name) =>
        flags.TryGetValue(name, out var text)
        && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? TimeSpan.FromMilliseconds(value)
            : null;

    private static TimeSpan Longer(TimeSpan? a, TimeSpan? b) =>
        (a ?? TimeSpan.Zero) > (b ?? TimeSpan.Zero) ? a ?? TimeSpan.Zero : b ?? TimeSpan.Zero;
}
