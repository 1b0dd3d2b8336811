using System.Globalization;
using Drydock.Abstractions.Values;
using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// Waits until promoted AutoFlags have come to every process: twice heartbeat_interval_ms
/// (docs/research/yugabytedb.md#procedure), or auto_flags_apply_delay_ms where the version has it, as the processes
/// have them.
/// </summary>
internal sealed class AwaitAutoFlags(IYugabyteTargets targets) : YugabyteStep(targets)
{
    private const string Heartbeat = "heartbeat_interval_ms";
    private const string ApplyDelay = "auto_flags_apply_delay_ms";

    // What the documentation of both says.
    private static readonly TimeSpan UsualHeartbeat = TimeSpan.FromSeconds(1);

    /// <inheritdoc />
    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        var promoted = context.Plan.Steps.Find(s => s.Id == YugabyteStepIds.Promote);
        if (context.Recorded(YugabyteStepIds.Promote, YugabyteKeys.Promoted) == "false" || promoted?.FinishedAt is not { } at)
        {
            return new Observation.Done("nothing was promoted");
        }

        var master = await Cluster.MasterClient.FlagsAsync(await Cluster.LeaderAsync(cancellationToken), cancellationToken);
        var tserver = await Cluster.TserverClient.FlagsAsync(Cluster.Web(Cluster.Tservers[0]), cancellationToken);
        var wait = Longer(2 * (Milliseconds(tserver, Heartbeat) ?? UsualHeartbeat), Longer(Milliseconds(master, ApplyDelay), Milliseconds(tserver, ApplyDelay)));
        return context.Time.GetUtcNow() - at >= wait
            ? new Observation.Done()
            : new Observation.Running($"waits for {KubernetesDuration.Format(wait)} until every process has the new AutoFlags");
    }

    private static TimeSpan? Milliseconds(IReadOnlyDictionary<string, string> flags, string name) =>
        flags.TryGetValue(name, out var text) && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? TimeSpan.FromMilliseconds(value) : null;

    private static TimeSpan Longer(TimeSpan? a, TimeSpan? b) =>
        (a ?? TimeSpan.Zero) > (b ?? TimeSpan.Zero) ? a ?? TimeSpan.Zero : b ?? TimeSpan.Zero;
}
