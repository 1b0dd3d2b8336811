namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>What only the admin tool tells. It is asked from the new package; where that is yet to be unpacked, the
/// running version's own tool is asked, which preflight only reads by. The same is read once more by the new tool
/// before anything is stopped.</summary>
internal sealed class ToolPreflight(
    YugabyteCluster cluster, YugabyteUpgradePath? path, Findings findings)
{
    public async Task<ToolState> LookAsync(CancellationToken cancellationToken) =>
        await findings.LookAsync<ToolState>(() => ReadAsync(cancellationToken), cluster.Hosts.ToolHost)
            ?? new ToolState(null, null, null);

    private async Task<ToolState?> ReadAsync(CancellationToken cancellationToken)
    {
        if (await FindAsync(cancellationToken) is not { } tool)
        {
            findings.Note(
                $"{cluster.Vocabulary.AdminProgram} does not exist on {cluster.Hosts.ToolHost} yet. "
                + "AutoFlags, the load balancer and the list of masters are checked after the package is prepared, "
                + "before a process is stopped.");
            return null;
        }

        var help = await tool.HelpAsync(cancellationToken);
        await CheckMastersAsync(tool, cancellationToken);
        if (!await tool.IsBalancerIdleAsync(cancellationToken))
        {
            findings.Ask(
                Reasons.ClusterUnhealthy,
                "load-balancer",
                "The load balancer is active. Preflight is repeated automatically until it is idle "
                + "(get_is_load_balancer_idle).");
        }

        var flags = path is not null && YugabyteFeatures.HasAutoFlags(path.From)
            ? (await tool.AutoFlagsAsync(cancellationToken)).Version
            : (int?)null;
        return new ToolState(tool, help, flags);
    }

    private async Task<AdminTool?> FindAsync(CancellationToken cancellationToken)
    {
        var (host, name) = (cluster.Hosts.ToolHost, cluster.Vocabulary.AdminProgram);
        var paths = cluster.Spec.Instances.Where(i => i.Host == host)
            .Select(i => i.DeployDir)
            .Distinct(StringComparer.Ordinal)
            .Prepend(cluster.Spec.Package.Directory)
            .Select(d => $"{d}/bin/{name}")
            .ToList();
        var found = await cluster.Hosts.Files(host).Sha256Async(paths, cancellationToken);
        var at = found.ToList().FindIndex(f => f is not null);
        return at < 0 ? null : cluster.Tool(paths[at]);
    }

    private async Task CheckMastersAsync(AdminTool tool, CancellationToken cancellationToken)
    {
        var masters = await tool.MastersAsync(cancellationToken);
        foreach (var dead in masters.Where(m => !m.IsAlive))
        {
            findings.Add(
                Reasons.InstanceDown,
                $"Master {dead.RpcAddress} is {dead.State}, not ALIVE (list_all_masters). Start it, or remove it from "
                + "the universe.");
        }

        if (masters.Count(m => m.IsLeader) != 1)
        {
            findings.Add(
                Reasons.NoLeader,
                $"list_all_masters shows {masters.Count(m => m.IsLeader)} masters as LEADER, expected exactly one. "
                + "Start the masters that do not run, and check the network between them.");
        }
    }
}

/// <summary>The admin tool, and what preflight read with it.</summary>
/// <param name="Tool">The tool; null if no tool could be run.</param>
/// <param name="Help">The commands that it has.</param>
/// <param name="AutoFlagsVersion">The version of the AutoFlags configuration; null if there is none or it could not be
/// read.</param>
internal sealed record ToolState(AdminTool? Tool, AdminHelp? Help, int? AutoFlagsVersion);
