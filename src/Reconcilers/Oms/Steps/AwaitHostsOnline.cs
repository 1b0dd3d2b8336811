namespace Drydock.Reconcilers.Oms;

/// <summary>Every host is ONLINE in the cm database and its supervisor's heartbeat is fresh by the database's own clock
/// (host_status alone can be stale for 540 s; docs/project/research/oms.md#hosts), as far as that was so before the
/// upgrade. A heartbeat from before the first container start of this plan comes from another container or from the
/// restored snapshot: it proves nothing.</summary>
/// <param name="Database">The cm database.</param>
/// <param name="Heartbeats">The heartbeat database of each region, and the addresses of its hosts.</param>
/// <param name="Before">The hosts that were not as a healthy host is; null if all were.</param>
[Acceptable]
internal sealed record AwaitHostsOnline(
    string Database,
    List<AwaitHostsOnline.Region> Heartbeats,
    [property: Measured] List<HostBaseline>? Before = null) : OmsStep, IWaitsOnly
{
    internal override string Verb => "hosts";
    internal override string Title(string? node) => "Wait until every host is ONLINE with a fresh heartbeat";

    public sealed record Region(string Database, List<string> Hosts);

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var metadata = await Targets.MetadataAsync(cancellationToken);
        var regions = Heartbeats
            .Select(r => (r.Database, Hosts: r.Hosts.Select(Baseline).ToList()))
            .ToList();
        var all = regions.SelectMany(r => r.Hosts).ToList();
        IReadOnlyList<MetadataHost> hosts = all.Exists(h => h.Online)
            ? await metadata.HostsAsync(Database, cancellationToken)
            : [];
        var missing = all.Select(h => NotOnline(h, hosts)).OfType<string>().ToList();
        var since = SinceStart(context);
        foreach (var (database, known) in regions.Where(r => r.Hosts.Exists(h => h.Beats)))
        {
            var beats = await metadata.HeartbeatsAsync(database, cancellationToken);
            missing.AddRange(known.Select(h => NotFresh(h, database, beats, since)).OfType<string>());
        }

        return missing.Count == 0
            ? new Done(Verdict(all))
            : new Running($"Waiting: {string.Join("; ", missing)}.");
    }

    private HostBaseline Baseline(string address) =>
        Before?.Find(h => h.Address == address) ?? new HostBaseline(address);

    private static string Verdict(List<HostBaseline> all)
    {
        var unasked = all.Where(h => !h.Online || !h.Beats).Select(h => h.Address).ToList();
        return $"{Sentences.Count(all.Count - unasked.Count, "host is", "hosts are")} ONLINE with a fresh heartbeat."
            + (unasked.Count == 0 ? "" : $" Not compared, as before the upgrade: {string.Join(", ", unasked)}.");
    }

    // A length of time, so that the clocks of operator and database need not agree.
    private static TimeSpan SinceStart(StepContext context)
    {
        var starts = context.Plan.Steps
            .Where(s => s.Is<StartContainer>() || s.Is<StartOldContainer>())
            .Select(s => s.Record.CountsFrom)
            .OfType<DateTimeOffset>()
            .ToList();
        return starts.Count == 0 ? TimeSpan.MaxValue : context.Time.GetUtcNow() - starts.Min();
    }

    private static string? NotOnline(HostBaseline before, IReadOnlyList<MetadataHost> hosts)
    {
        // A decommissioned row may have the address of a host.
        var states = hosts.Where(h => NodeAddress.Same(h.Ip, before.Address)).Select(h => h.Status).ToList();
        return (before.Online, states) switch
        {
            (false, _) => null,
            (_, []) => $"host {before.Address} is not listed",
            _ when states.Exists(MetadataHost.IsOnline) => null,
            _ => $"host {before.Address} is {string.Join(", ", states)}",
        };
    }

    private static string? NotFresh(
        HostBaseline before, string database, IReadOnlyList<SupervisorHeartbeat> beats, TimeSpan since)
    {
        if (!before.Beats)
        {
            return null;
        }

        if (SupervisorHeartbeat.Newest(beats, before.Address) is not { } age)
        {
            return $"host {before.Address} has no heartbeat in {database}";
        }

        var limit = TimeSpan.FromSeconds(before.Limit);
        var late = age - TimeSpan.FromSeconds(before.UsualAge);
        return late <= (since < limit ? since : limit)
            ? null
            : $"host {before.Address} has no heartbeat of the last {before.Limit} s in {database}";
    }
}
