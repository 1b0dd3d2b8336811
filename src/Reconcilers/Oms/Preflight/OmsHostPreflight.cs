namespace Drydock.Reconcilers.Oms;

/// <summary>Asks the metadata database about every host what Verify and a rollback ask later: status and heartbeat
/// (docs/project/research/oms.md#hosts). The age of a healthy host's heartbeat is measured, not assumed: it includes
/// another time zone or clock of the writer.</summary>
/// <param name="asked">The nodes whose container runs; another one has a finding of its own.</param>
internal sealed class OmsHostPreflight(
    OmsTopology topology,
    IReadOnlySet<string> asked,
    Findings findings,
    SqlOmsMetadata metadata,
    TimeProvider time,
    CancellationToken cancellationToken)
{
    /// <summary>Up to this age at the first look a heartbeat is as usual.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan LongestWatch = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    private readonly List<SupervisorHeartbeat> _beats = [];

    public async Task<IReadOnlyList<HostBaseline>> MeasureAsync()
    {
        var hosts = await ReadAsync(() => metadata.HostsAsync(topology.CmDatabase, cancellationToken));
        var baselines = new List<HostBaseline>();
        foreach (var region in topology.Regions)
        {
            var beats = await BeatsAsync(region);
            baselines.AddRange(beats.Zip(
                region.Nodes, (beat, node) => beat with { Online = hosts is not null && IsOnline(node, hosts) }));
        }

        AskAboutOthers(hosts ?? []);

        return baselines;
    }

    // Columns and tables are known from a FAQ only: a system that has others must not fail after its upgrade for it.
    private async Task<IReadOnlyList<T>?> ReadAsync<T>(Func<Task<IReadOnlyList<T>>> read)
    {
        try
        {
            return await read();
        }
        catch (OmsMetadataException exception)
            when (exception.Kind is not (OmsMetadataErrorKind.Unreachable or OmsMetadataErrorKind.AccessDenied))
        {
            findings.Ask(
                Reasons.HostsUnknown,
                subject: null,
                $"{Sentences.Close(exception.Message)} Check that this is the metadata database of a running OMS. "
                    + "If it is, Verify and a rollback compare no hosts or heartbeats.");
            return null;
        }
    }

    private bool IsOnline(OmsTopologyNode node, IReadOnlyList<MetadataHost> hosts)
    {
        var states = hosts.Where(h => NodeAddress.Same(h.Ip, node.HostIp)).Select(h => h.Status.Trim()).ToList();
        if (states.Exists(MetadataHost.IsOnline))
        {
            return true;
        }

        var what = states.Count == 0
            ? $"host {node.HostIp} is not in the host list of {topology.CmDatabase}"
            : $"host {node.HostIp} is {string.Join(", ", states)}, expected ONLINE";
        Unhealthy(node, "host", $"{what}. If the host is decommissioned in OMS, acknowledge it.");
        return false;
    }

    // A node that no field names would write while the databases are dumped and changed.
    private void AskAboutOthers(IReadOnlyList<MetadataHost> hosts)
    {
        var known = topology.Regions.SelectMany(region => region.Nodes)
            .Select(node => NodeAddress.Normalize(node.HostIp)).ToHashSet(StringComparer.Ordinal);
        foreach (var host in hosts.Where(host => !known.Contains(NodeAddress.Normalize(host.Ip))))
        {
            var beats = SupervisorHeartbeat.Newest(_beats, host.Ip)?.Duration() <= Fresh;
            var text = $"Host {SchemaLimits.Clip(host.Ip)} is {SchemaLimits.Clip(host.Status)} in table host of "
                + $"{topology.CmDatabase} and in no cm_nodes: it is not upgraded.";
            if (!beats && !MetadataHost.IsOnline(host.Status))
            {
                findings.Note(text);
                continue;
            }

            findings.Ask(
                Reasons.NodesDiffer,
                NodeAddress.Normalize(host.Ip),
                $"{text}{(beats ? " It has a fresh heartbeat, so it may write." : "")} "
                    + "A node of OMS belongs in spec.regions (`- {name: REGION, nodes: [{name: a, hostIP: "
                    + $"{SchemaLimits.Clip(host.Ip)}}}]}}`) and in cm_nodes of its region. Otherwise stop and remove "
                    + "OMS there.",
                field: "spec.regions");
        }
    }

    // In the order of the nodes.
    private async Task<List<HostBaseline>> BeatsAsync(OmsTopologyRegion region)
    {
        var first = await ReadAsync(() => metadata.HeartbeatsAsync(region.HeartbeatDatabase, cancellationToken));
        _beats.AddRange(first ?? []);
        var all = region.Nodes
            .Select(node => new Watched(node, first is null ? null : SupervisorHeartbeat.Newest(first, node.HostIp)))
            .ToList();
        foreach (var silent in all.Where(w => w.Oldest is null && first is not null))
        {
            Unhealthy(silent.Node, "heartbeat", $"its supervisor has no heartbeat in {region.HeartbeatDatabase}.");
        }

        var late = all.FindAll(w => w.Oldest?.Duration() > Fresh && asked.Contains(w.Node.Name));
        var began = time.GetTimestamp();
        while (late.Exists(w => w.Renewed is null) && time.GetElapsedTime(began) < LongestWatch)
        {
            await Task.Delay(Pause, time, cancellationToken);
            var beats = await metadata.HeartbeatsAsync(region.HeartbeatDatabase, cancellationToken);
            late.ForEach(w => w.Look(SupervisorHeartbeat.Newest(beats, w.Node.HostIp)));
        }

        return all.ConvertAll(w =>
        {
            var baseline = new HostBaseline(w.Node.HostIp, Beats: w.Oldest is not null);
            return late.Contains(w) ? Judge(w, region, baseline) : baseline;
        });
    }

    private HostBaseline Judge(Watched watched, OmsTopologyRegion region, HostBaseline baseline)
    {
        if (watched.Renewed is not { } usual)
        {
            Unhealthy(
                watched.Node,
                "heartbeat",
                $"its supervisor's last heartbeat in {region.HeartbeatDatabase} is more than {Fresh.TotalSeconds:0} s "
                    + $"old and was not renewed within {LongestWatch.TotalSeconds:0} s.");
            return baseline with { Beats = false };
        }

        var measured = baseline with
        {
            UsualAge = usual.Duration() <= Fresh ? 0 : Rounded(usual),
            Limit = LimitOf(watched.Oldest!.Value - usual),
        };
        if (measured.UsualAge != 0)
        {
            findings.Note(
                $"A new heartbeat of {watched.Node.Name} in {region.HeartbeatDatabase} is "
                    + $"{Math.Abs(measured.UsualAge)} s {(measured.UsualAge < 0 ? "ahead of" : "behind")} the clock of "
                    + "the metadata database: OMS writes it in another time zone or by another clock. Verify and a "
                    + "rollback allow for that.");
        }

        return measured;
    }

    // In whole minutes: the plan must not change from one preflight to the next.
    private static int Rounded(TimeSpan age) => (int)Math.Round(age.TotalMinutes) * 60;

    // Three times the period, in steps of the shortest limit.
    private static int LimitOf(TimeSpan period)
    {
        var steps = Math.Ceiling(3 * period.TotalSeconds / HostBaseline.ShortestLimit);
        return HostBaseline.ShortestLimit * (int)Math.Clamp(steps, 1, 10);
    }

    private void Unhealthy(OmsTopologyNode node, string what, string message)
    {
        if (asked.Contains(node.Name))
        {
            findings.Ask(
                Reasons.ComponentsUnhealthy,
                $"{node.Name}/{what}",
                $"Node {node.Name}: {message} See /home/admin/logs/supervisor/error.log and oms_drc_supervisor in its "
                    + "container.",
                node.Name);
        }
    }

    private sealed class Watched(OmsTopologyNode node, TimeSpan? age)
    {
        public OmsTopologyNode Node => node;

        /// <summary>The greatest age seen; null without a heartbeat.</summary>
        public TimeSpan? Oldest { get; private set; } = age;

        /// <summary>The age at the first look after a new heartbeat; null before that.</summary>
        public TimeSpan? Renewed { get; private set; }

        // The age of a row without a writer only grows.
        public void Look(TimeSpan? now)
        {
            if (Renewed is null && now is not null)
            {
                (Oldest, Renewed) = now < Oldest ? (Oldest, now) : (now, null);
            }
        }
    }
}

/// <summary>What the metadata database said of a host in preflight (docs/project/research/oms.md#hosts). Verify and a
/// rollback compare with this.</summary>
/// <param name="Online">Whether it was ONLINE; if not, its status is not waited for.</param>
/// <param name="Beats">Whether its heartbeat was renewed; if not, it is not waited for.</param>
/// <param name="UsualAge">Age of a heartbeat that was just written, by the clock of the database, in seconds: not 0
/// where OMS writes it in another time zone or by another clock. May be negative.</param>
/// <param name="Limit">How much older than that a heartbeat may be, in seconds.</param>
internal sealed record HostBaseline(
    string Address, bool Online = true, bool Beats = true, int UsualAge = 0, int Limit = HostBaseline.ShortestLimit)
{
    /// <summary>The least that a heartbeat may be old, in seconds: a third of the 540 s after which OMS itself counts a
    /// host as down.</summary>
    public const int ShortestLimit = 180;

    internal bool IsUsual => this == new HostBaseline(Address);
}
