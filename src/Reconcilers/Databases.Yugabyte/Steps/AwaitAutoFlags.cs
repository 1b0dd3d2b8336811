using System.Globalization;
using Drydock.Abstractions.Values;
using Drydock.Engine.Actions;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// Waits until promoted AutoFlags have reached every process: twice heartbeat_interval_ms
/// (docs/research/yugabytedb.md#procedure), or auto_flags_apply_delay_ms if the version has that flag. Both values are
/// read from the processes.
/// </summary>
internal sealed class AwaitAutoFlags(IYugabyteTargets targets) : YugabyteStep<AwaitAutoFlags.Args>(targets), IWaitsOnly
{
    private const string Heartbeat = "heartbeat_interval_ms";
    private const string ApplyDelay = "auto_flags_apply_delay_ms";

    // The documented default.
    private static readonly TimeSpan DefaultHeartbeat = TimeSpan.FromSeconds(1);

    public sealed record Args;

    protected override async Task<Observation> ObserveAsync(
        StepContext context, Args args, CancellationToken cancellationToken)
    {
        var promote = context.Plan.Steps.Find(s => s.Is<PromoteAutoFlags>() && s.Phase == context.Step.Phase);
        if (promote?.Recorded(PromoteAutoFlags.PromotedFact) == "false" || promote?.FinishedAt is not { } at)
        {
            return new Observation.Done("No AutoFlags were promoted.");
        }

        var leader = await Cluster.LeaderAsync(cancellationToken);
        var master = await Cluster.MasterClient.FlagsAsync(leader, cancellationToken);
        var tservers = await YugabyteCluster.EachAsync(
            Cluster.Tservers,
            (server, token) => Cluster.TserverClient.FlagsAsync(Cluster.Web(server), token),
            cancellationToken);

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

    private static TimeSpan? Milliseconds(IReadOnlyDictionary<string, string> flags, string name) =>
        flags.TryGetValue(name, out var text)
        && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? TimeSpan.FromMilliseconds(value)
            : null;

    private static TimeSpan Longer(TimeSpan? a, TimeSpan? b) =>
        (a ?? TimeSpan.Zero) > (b ?? TimeSpan.Zero) ? a ?? TimeSpan.Zero : b ?? TimeSpan.Zero;
}
