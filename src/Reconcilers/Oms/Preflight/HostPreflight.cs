namespace Drydock.Reconcilers.Oms;

/// <summary>Asks the metadata database about every host what Verify and a rollback ask later: status and heartbeat
/// (docs/research/oms.md#hosts). The age of a healthy host's heartbeat is measured, not assumed: it includes another
/// time zone or clock of the writer.</summary>
/// <param name="asked">The nodes whose container runs; another one has a finding of its own.</param>
internal sealed class HostPreflight(
    OmsTopology topology, IReadOnlySet<string> asked, Findings findings, TimeProvider time)
{
    /// <summary>Up to this age at the first look a heartbeat is as usual.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan LongestWatch = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    public async Task<IReadOnlyList<HostBaseline>> MeasureAsync(
        IOmsMetadata metadata, CancellationToken cancellationToken)
    {
        var hosts = await ReadAsync(() => metadata.HostsAsync(topology.CmDatabase, cancellationToken));
        var baselines = new List<HostBaseline>();
        foreach (var region in topology.Regions)
        {
            var beats = await BeatsAsync(metadata, region, cancellationToken);
            baselines.AddRange(region.Nodes.Select(
                node => beats[node.Name] with { Online = hosts is not null && IsOnline(node, hosts) }));
        }

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
                $"{Sentences.Close(exception.Message)} Verify and a rollback wait for hosts and heartbeats there. "
                    + "Check that this is the metadata database of a running OMS. If it is, hosts or heartbeats are "
                    + "not compared.");
            return null;
        }
    }

    private bool IsOnline(OmsTopologyNode node, IReadOnlyList<OmsHost> hosts)
    {
        var states = hosts.Where(h => NodeAddress.Same(h.Ip, node.HostIp)).Select(h => h.Status.Trim()).ToList();
        if (states.Exists(OmsHost.IsOnline))
        {
            return true;
        }

        var what = states.Count == 0
            ? $"host {node.HostIp} is not in the host list of {topology.CmDatabase}"
            : $"host {node.HostIp} is {string.Join(", ", states)}, expected ONLINE";
        Unhealthy(node, "host", $"{what}. If the host is decommissioned in OMS, acknowledge it.");
        return false;
    }

    private async Task<Dictionary<string, HostBaseline>> BeatsAsync(
        IOmsMetadata metadata, OmsTopologyRegion region, CancellationToken cancellationToken)
    {
        var first = await ReadAsync(() => metadata.HeartbeatsAsync(region.HeartbeatDatabase, cancellationToken));
        var watched = new Dictionary<string, Watched>(StringComparer.Ordinal);
        var baselines = new Dictionary<string, HostBaseline>(StringComparer.Ordinal);
        foreach (var node in region.Nodes)
        {
            var age = first is null ? null : SupervisorHeartbeat.Newest(first, node.HostIp);
            baselines[node.Name] = new HostBaseline(node.HostIp, Beats: age is not null);
            if (age is { } old && old.Duration() > Fresh && asked.Contains(node.Name))
            {
                watched[node.Name] = new Watched(old, Renewed: null);
            }
            else if (age is null && first is not null)
            {
                Unhealthy(node, "heartbeat", $"its supervisor has no heartbeat in {region.HeartbeatDatabase}.");
            }
        }

        var began = time.GetTimestamp();
        while (watched.Values.Any(w => w.Renewed is null) && time.GetElapsedTime(began) < LongestWatch)
        {
            await Task.Delay(Pause, time, cancellationToken);
            var beats = await metadata.HeartbeatsAsync(region.HeartbeatDatabase, cancellationToken);
            foreach (var node in region.Nodes.Where(n => watched.ContainsKey(n.Name)))
            {
                watched[node.Name] = watched[node.Name].Look(SupervisorHeartbeat.Newest(beats, node.HostIp));
            }
        }

        foreach (var node in region.Nodes.Where(n => watched.ContainsKey(n.Name)))
        {
            baselines[node.Name] = Judge(node, region, baselines[node.Name], watched[node.Name]);
        }

        return baselines;
    }

    private HostBaseline Judge(OmsTopologyNode node, OmsTopologyRegion region, HostBaseline baseline, Watched watched)
    {
        if (watched.Renewed is not { } usual)
        {
            Unhealthy(
                node,
                "heartbeat",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"its supervisor's last heartbeat in {region.HeartbeatDatabase} is more than "
                        + $"{Fresh.TotalSeconds:0} s old and was not renewed within {LongestWatch.TotalSeconds:0} s."));
            return baseline with { Beats = false };
        }

        var measured = baseline with
        {
            UsualAge = usual.Duration() <= Fresh ? 0 : Rounded(usual),
            Limit = LimitOf(watched.Oldest - usual),
        };
        if (measured.UsualAge != 0)
        {
            findings.Note(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"A new heartbeat of {node.Name} in {region.HeartbeatDatabase} has an age of "
                        + $"{measured.UsualAge} s by the clock of the metadata database: OMS writes it in another time "
                        + $"zone or by another clock. Verify and a rollback compare with that age."));
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

    /// <param name="Oldest">The greatest age seen.</param>
    /// <param name="Renewed">The age at the first look after a new heartbeat; null before that.</param>
    private sealed record Watched(TimeSpan Oldest, TimeSpan? Renewed)
    {
        // The age of a row without a writer only grows.
        public Watched Look(TimeSpan? age) => age switch
        {
            _ when Renewed is not null => this,
            { } now when now < Oldest => this with { Renewed = now },
            { } now => this with { Oldest = now },
            null => this,
        };
    }
}

/// <summary>What the metadata database said of a host in preflight (docs/research/oms.md#hosts). Verify and a rollback
/// compare with this.</summary>
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
