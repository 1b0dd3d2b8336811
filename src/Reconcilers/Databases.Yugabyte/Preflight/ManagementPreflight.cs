namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Whether other software manages the processes: yugabyted, or YugabyteDB Anywhere. It would restart processes
/// that are stopped here, or return to the version that it knows (docs/research/yugabytedb.md#yugabytedb-anywhere). An
/// administrator may judge it differently.</summary>
internal sealed class ManagementPreflight(YugabyteCluster cluster, Findings findings)
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

    public async Task LookAsync(CancellationToken cancellationToken)
    {
        var (instances, hosts) = (
            YugabyteCluster.EachAsync(cluster.Spec.Instances, FlagsAsync, cancellationToken),
            YugabyteCluster.EachAsync(cluster.Hosts.All, HasAgentAsync, cancellationToken));
        await Task.WhenAll(instances, hosts);
        var flags = cluster.Spec.Instances.Zip(await instances).ToList();

        var children = flags.Where(f => f.Second?.GetValueOrDefault(EndsWithParent) == "true")
            .Select(f => f.First.Name)
            .ToList();
        if (children.Count > 0)
        {
            findings.Ask(
                Reasons.ControlMismatch,
                Yugabyted,
                $"{Sentences.List(children, Named)} run under yugabyted ({EndsWithParent} is true). It starts and "
                + "stops master and tablet server of a host together, and this upgrade stops them one at a time. "
                + "Upgrade the universe with yugabyted, or let units of their own start both.",
                field: "spec.control");
        }

        var managed = flags.Where(f => f.Second?.GetValueOrDefault(ManagedUniverse) is { Length: > 0 })
            .Select(f => $"{f.First.Name} has the flag {ManagedUniverse}")
            .Concat(cluster.Hosts.All.Zip(await hosts).Where(h => h.Second).Select(
                h => $"a node agent runs on {h.First}"))
            .ToList();
        if (managed.Count > 0)
        {
            findings.Ask(
                Reasons.ControlMismatch,
                Anywhere,
                $"YugabyteDB Anywhere manages this universe: {Sentences.List(managed, Named)}. It does not know what "
                + "others install, and may return to its own version. Upgrade the universe there, or detach it from "
                + "YugabyteDB Anywhere and stop the node agents.",
                field: "spec.control");
        }
    }

    // That a process does not answer, or that a host cannot be reached, is a finding of its own.
    private async Task<IReadOnlyDictionary<string, string>?> FlagsAsync(
        DatabaseInstance instance, CancellationToken cancellationToken) =>
        (await YugabyteCluster.TryAsync(
            () => cluster.Client.FlagsAsync(cluster.Web(instance), cancellationToken))).Answer;

    private async Task<bool> HasAgentAsync(string host, CancellationToken cancellationToken)
    {
        var (result, _) = await YugabyteCluster.TryAsync(
            () => cluster.Hosts.Files(host).RunAsync(RemoteCommand.Script(FindAgent), cancellationToken));
        return result?.Output.Contains("node-agent", StringComparison.Ordinal) == true;
    }
}
