namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>The hosts: reachable, clocks in sync, and the package present, or space for it.</summary>
internal sealed class YugabyteHostPreflight(YugabyteCluster cluster, Findings findings)
{
    // The space of an unpacked archive of programs, in addition to the archive.
    private const int Unpacked = 4;

    public async Task<IReadOnlyList<YugabyteHostFacts>> LookAsync(
        IReadOnlyList<string> hosts, CancellationToken cancellationToken)
    {
        var looks = await SideBySide.EachAsync(hosts, LookAsync, cancellationToken);
        CompareClocks(looks);
        return looks;
    }

    private async Task<YugabyteHostFacts> LookAsync(string host, CancellationToken cancellationToken) =>
        await findings.LookAsync<YugabyteHostFacts>(
            async () =>
            {
                var files = cluster.Hosts.Files(host);
                var clock = await files.ClockAsync(cancellationToken);
                var package = await files.PackageAsync(
                    PackageRequests.For(cluster.Spec, cluster.Hosts.ToolHost, host), cancellationToken);
                if (!package.IsComplete)
                {
                    await JudgeAsync(host, files, package, cancellationToken);
                }

                return new YugabyteHostFacts(host, clock, package);
            },
            host) ?? new YugabyteHostFacts(host, null, null);

    private async Task JudgeAsync(
        string host, IHostFiles files, PackageState package, CancellationToken cancellationToken)
    {
        var spec = cluster.Spec.Package;
        if (package.IsWrong)
        {
            findings.Add(
                spec.Archives.Count == 0 ? Reasons.PackageMissing : Reasons.PackageCorrupt,
                package.Problem, host, "spec.package");
            return;
        }

        if (spec.Archives.Count == 0)
        {
            // post_install.sh and extensions are the upgrade's own work.
            var programs = PackageRequests.For(cluster.Spec, cluster.Hosts.ToolHost, host).Programs;
            if (programs.Any(p => !package.Programs.ContainsKey(p)))
            {
                findings.Add(
                    Reasons.PackageMissing,
                    $"{package.Problem} Copy the new version to {spec.Directory} on {host}, or set "
                    + "spec.package.archives.",
                    host, "spec.package.directory");
            }

            return;
        }

        var (free, needed) = (
            await files.FreeBytesAsync(spec.Directory, cancellationToken), await NeededAsync(files, cancellationToken));
        if (free < needed)
        {
            findings.Add(
                Reasons.NoSpace,
                $"{host} has {free >> 20} MiB free for {spec.Directory}; "
                + $"about {needed >> 20} MiB are needed to unpack the package. Free space.",
                host);
        }
    }

    // How large an archive in a storage is shows only when it is brought.
    private async Task<long> NeededAsync(IHostFiles files, CancellationToken cancellationToken)
    {
        var needed = 0L;
        foreach (var path in cluster.Spec.Package.Archives.Select(a => a.HostPath).OfType<string>())
        {
            var size = await files.AskAsync(new RemoteCommand("stat", "-L", "-c", "%s", path), cancellationToken);
            needed += size.IsSuccess
                && long.TryParse(size.Output.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var bytes)
                ? bytes * Unpacked
                : 0;
        }

        return needed;
    }

    private void CompareClocks(IReadOnlyList<YugabyteHostFacts> looks) => findings.CheckClocks(
        [.. looks.Where(l => l.Clock is not null).Select(l => (l.Host, l.Clock!))],
        KubernetesDuration.Parse(cluster.Settings.MaxClockSkew),
        skew =>
            $"The clocks of {skew.Behind} and {skew.Ahead} differ by at least {skew.AtLeast.TotalMilliseconds:F0} "
            + $"ms (error of the measurement: {skew.Error.TotalMilliseconds:F0} ms), more than "
            + $"{cluster.Settings.MaxClockSkew} (spec.yugabyte.maxClockSkew). Repair time synchronization first: "
            + "YugabyteDB processes stop at 500 ms.");
}

/// <summary>One host, as preflight observed it.</summary>
/// <param name="Clock">Its clock compared with that of the operator; null if it cannot be reached.</param>
/// <param name="Package">The state of the package; null if it could not be read.</param>
internal sealed record YugabyteHostFacts(string Host, ClockReading? Clock, PackageState? Package);

/// <summary>What the flags of the processes tell: whether SQL is on, how fast leaders move, and whether other software
/// manages the processes: yugabyted, or YugabyteDB Anywhere. It would restart processes that are stopped here, or
/// return to the version that it knows (docs/project/research/yugabytedb.md#yugabytedb-anywhere). An administrator may
/// judge it differently. That a process does not answer, or that a host cannot be reached, is a finding of its
/// own.</summary>
internal sealed class FlagPreflight(YugabyteCluster cluster, YugabyteUpgradePath? path, Findings findings)
{
    public const string Yugabyted = "yugabyted";
    public const string Anywhere = "yugabytedb-anywhere";

    // yugabyted starts master and tablet server with it, so that they end with yugabyted.
    private const string EndsWithParent = "stop_on_parent_termination";

    // YugabyteDB Anywhere sets it to its own id of the universe.
    private const string ManagedUniverse = "cluster_uuid";

    private const int Named = 6;

    // The program of the agent of YugabyteDB Anywhere.
    private const string FindAgent = """
        for name in /proc/[0-9]*/comm; do
          read -r comm < "$name" || continue
          [ "$comm" != node-agent ] || { echo node-agent; break; }
        done 2>/dev/null
        """;

    public async Task<FlagFacts> LookAsync(CancellationToken cancellationToken)
    {
        var (instances, hosts) = (
            SideBySide.EachAsync(cluster.Spec.Instances, FlagsAsync, cancellationToken),
            SideBySide.EachAsync(cluster.Hosts.All, HasAgentAsync, cancellationToken));
        await Task.WhenAll(instances, hosts);
        var processes = (await instances).OfType<ServerFlags>().ToList();

        var children = processes.Where(p => p.Flags.GetValueOrDefault(EndsWithParent) == "true")
            .Select(p => p.Instance.Name)
            .ToList();
        if (children.Count > 0)
        {
            findings.Ask(
                Reasons.ControlMismatch, Yugabyted,
                $"{Sentences.List(children, Named)} run under yugabyted ({EndsWithParent} is true). It starts and "
                + "stops master and tablet server of a host together, and this upgrade stops them one at a time. "
                + "Upgrade the universe with yugabyted, or let units of their own start both.",
                field: "spec.processes");
        }

        var managed = processes.Where(p => p.Flags.GetValueOrDefault(ManagedUniverse) is { Length: > 0 })
            .Select(p => $"{p.Instance.Name} has the flag {ManagedUniverse}")
            .Concat(cluster.Hosts.All.Zip(await hosts).Where(h => h.Second).Select(
                h => $"a node agent runs on {h.First}"))
            .ToList();
        if (managed.Count > 0)
        {
            findings.Ask(
                Reasons.ControlMismatch, Anywhere,
                $"YugabyteDB Anywhere manages this universe: {Sentences.List(managed, Named)}. It does not know what "
                + "others install, and may return to its own version. Upgrade the universe there, or detach it from "
                + "YugabyteDB Anywhere and stop the node agents.",
                field: "spec.processes");
        }

        var (ofServers, ofMasters) = (SqlIsOn(DatabaseComponent.Tserver), SqlIsOn(DatabaseComponent.Master));
        if (ofServers is { } servers && ofMasters is { } masters && servers != masters)
        {
            findings.Ask(
                Reasons.VersionPathUnsupported, cluster.Vocabulary.SqlFlags[0],
                $"{cluster.Vocabulary.SqlFlags[0]} is {(masters ? "true" : "false")} on masters and "
                + $"{(servers ? "true" : "false")} on tablet servers. The vendor requires the same value, and a master "
                + "of a new version decides by its own about the SQL catalogue. Set the same value on all processes.",
                field: "spec.instances");
        }

        // What could not be read may be on.
        if (ofServers != false || ofMasters != false)
        {
            path?.Report(findings, sql: true);
        }

        return new FlagFacts(ofServers, MovesLeadersSlowly(processes));

        // Null if none says it.
        bool? SqlIsOn(DatabaseComponent component)
        {
            var values = processes.Where(p => p.Instance.Component == component)
                .SelectMany(p => cluster.Vocabulary.SqlFlags.Select(name => p.Flags.GetValueOrDefault(name)))
                .OfType<string>()
                .ToList();
            return values.Count == 0 ? null : values.Contains("true", StringComparer.OrdinalIgnoreCase);
        }
    }

    // What BMDB calls the tool that sets flags is not known.
    private bool MovesLeadersSlowly(List<ServerFlags> processes) =>
        !cluster.Spec.IsBmdb
        && cluster.Tservers.Count >= 2
        && processes.Exists(p => p.Instance.Component == DatabaseComponent.Master
            && LeaderMoves.Of(p.Flags) is { IsSlow: true } or { IsOfUpgrade: true });

    private async Task<ServerFlags?> FlagsAsync(DatabaseInstance instance, CancellationToken cancellationToken)
    {
        var (flags, _) = await Asking.TryAsync(
            () => cluster.Client.FlagsAsync(cluster.Web(instance), cancellationToken));
        return flags is null ? null : new ServerFlags(instance, flags);
    }

    private async Task<bool> HasAgentAsync(string host, CancellationToken cancellationToken)
    {
        var (result, _) = await Asking.TryAsync(
            () => cluster.Hosts.Files(host).AskAsync(RemoteCommand.Script(FindAgent), cancellationToken));
        return result?.Output.Contains("node-agent", StringComparison.Ordinal) == true;
    }

    private sealed record ServerFlags(DatabaseInstance Instance, IReadOnlyDictionary<string, string> Flags);
}

/// <summary>What preflight learned from the flags of the processes.</summary>
/// <param name="SqlIsOn">Whether SQL is on; null if no tablet server reports it.</param>
/// <param name="MovesLeadersSlowly">Whether a master moves fewer leaders at once than a drain may.</param>
internal sealed record FlagFacts(bool? SqlIsOn, bool MovesLeadersSlowly);

/// <summary>What only the admin tool tells. It is asked from the new package; where that is yet to be unpacked, the
/// running version's own tool is asked, which preflight only reads by. The same is read once more by the new tool
/// before anything is stopped.</summary>
internal sealed class ToolPreflight(YugabyteCluster cluster, YugabyteUpgradePath? path, Findings findings)
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
                Reasons.ClusterUnhealthy, "load-balancer",
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
/// <param name="AutoFlagsVersion">The version of the AutoFlags configuration; null if there is none or it could not be
/// read.</param>
internal sealed record ToolState(AdminTool? Tool, AdminHelp? Help, int? AutoFlagsVersion);
