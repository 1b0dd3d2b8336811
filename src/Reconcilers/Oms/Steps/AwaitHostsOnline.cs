using System.Globalization;
using Drydock.Engine.Actions;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// Every host is ONLINE in the cm database and its supervisor's heartbeat is fresh by the database's own clock
/// (host_status alone can be stale for 540 s; docs/research/oms.md#hosts). A heartbeat from before the first container
/// of this plan was started is another container's, or comes from the snapshot that was restored: it proves nothing.
/// </summary>
internal sealed class AwaitHostsOnline(IOmsTargets targets) : OmsStep(targets)
{
    private static readonly TimeSpan Oldest = TimeSpan.FromSeconds(60);

    /// <inheritdoc />
    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var metadata = await Targets.MetadataAsync(cancellationToken);
        var hosts = await metadata.HostsAsync(context.Parameter("database"), cancellationToken);
        var freshest = Freshest(context);
        var missing = new List<string>();
        var count = 0;
        foreach (var region in context.Parameter("heartbeats").Split(';'))
        {
            var (database, addresses) = (region.Split('=')[0], region.Split('=')[1].Split(','));
            var beats = await metadata.HeartbeatsAsync(database, cancellationToken);
            count += addresses.Length;
            missing.AddRange(addresses.Select(a => Missing(a, database, hosts, beats, freshest)).OfType<string>());
        }

        return missing.Count == 0
            ? new Observation.Done($"{count.ToString(CultureInfo.InvariantCulture)} hosts ONLINE with a fresh heartbeat")
            : new Observation.Running(string.Join("; ", missing));
    }

    // How old a heartbeat may be. A length of time, so that the clocks of operator and database need not agree.
    private static TimeSpan Freshest(StepContext context)
    {
        var starts = context.Plan.Steps.Where(s => s.Action is OmsActions.StartContainer or OmsActions.StartOldContainer).Select(s => s.StartedAt).OfType<DateTimeOffset>().ToList();
        var since = starts.Count == 0 ? Oldest : context.Time.GetUtcNow() - starts.Min();
        return since < Oldest ? since : Oldest;
    }

    private static string? Missing(
        string address,
        string database,
        IReadOnlyList<OmsHost> hosts,
        IReadOnlyList<SupervisorHeartbeat> beats,
        TimeSpan freshest)
    {
        var host = hosts.FirstOrDefault(h => NodeAddress.Normalize(h.Ip) == NodeAddress.Normalize(address));
        if (host is null)
        {
            return $"host {address} is not listed";
        }

        if (!string.Equals(host.Status, "ONLINE", StringComparison.OrdinalIgnoreCase))
        {
            return $"host {address} is {host.Status}";
        }

        var ages = beats.Where(b => NodeAddress.Normalize(b.HostIp) == NodeAddress.Normalize(address)).Select(b => b.Age).ToList();
        return ages.Count == 0 || ages.Min() > freshest ? $"no fresh heartbeat of {address} in {database}" : null;
    }
}
