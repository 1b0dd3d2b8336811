using System.Globalization;
using Drydock.Engine.Actions;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// Every host is ONLINE in the cm database and its supervisor's heartbeat is fresh by the database's own clock
/// (host_status alone can be stale for 540 s; docs/research/oms.md#hosts). A heartbeat from before the first container
/// start of this plan comes from another container or from the restored snapshot: it proves nothing.
/// </summary>
internal sealed class AwaitHostsOnline(IOmsTargets targets) : OmsStep<AwaitHostsOnline.Args>(targets), IWaitsOnly
{
    private static readonly TimeSpan Oldest = TimeSpan.FromSeconds(60);

    /// <param name="Database">The cm database.</param>
    /// <param name="Heartbeats">The heartbeat database of each region, and the addresses of its hosts.</param>
    public sealed record Args(string Database, List<Region> Heartbeats);

    public sealed record Region(string Database, List<string> Hosts);

    protected override async Task<Observation> ObserveAsync(
        StepContext context, Args args, CancellationToken cancellationToken)
    {
        var metadata = await Targets.MetadataAsync(cancellationToken);
        var hosts = await metadata.HostsAsync(args.Database, cancellationToken);
        var freshest = Freshest(context);
        var missing = new List<string>();
        foreach (var region in args.Heartbeats)
        {
            var beats = await metadata.HeartbeatsAsync(region.Database, cancellationToken);
            missing.AddRange(
                region.Hosts.Select(a => Missing(a, region.Database, hosts, beats, freshest)).OfType<string>());
        }

        var count = args.Heartbeats.Sum(r => r.Hosts.Count);
        return missing.Count == 0
            ? new Observation.Done(
                string.Create(CultureInfo.InvariantCulture, $"{count} hosts are ONLINE with a fresh heartbeat."))
            : new Observation.Running($"Waiting: {string.Join("; ", missing)}.");
    }

    // How old a heartbeat may be. A length of time, so that the clocks of operator and database need not agree.
    private static TimeSpan Freshest(StepContext context)
    {
        var starts = context.Plan.Steps
            .Where(s => s.Is<StartContainer>() || s.Is<StartOldContainer>())
            .Select(s => s.StartedAt)
            .OfType<DateTimeOffset>()
            .ToList();
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

        var ages = beats
            .Where(b => NodeAddress.Normalize(b.HostIp) == NodeAddress.Normalize(address))
            .Select(b => b.Age)
            .ToList();
        return ages.Count == 0 || ages.Min() > freshest
            ? $"host {address} has no fresh heartbeat in {database}"
            : null;
    }
}
