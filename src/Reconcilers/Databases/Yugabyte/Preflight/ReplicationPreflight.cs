namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Replication groups: those the universe has are those of the spec, and at which end of each its target is.
/// Of an older version only the groups of which this universe is the target can be seen here; those of which it is the
/// source are found at their other end, if the spec lists them.</summary>
internal sealed class ReplicationPreflight(YugabyteCluster cluster, YugabyteUpgradePath? path, Findings findings)
{
    private const string Field = "spec.yugabyte.replication.groups";

    /// <param name="look">The universe; null if it cannot be read.</param>
    /// <param name="estimate">How long groups are paused at least.</param>
    public async Task<IReadOnlyList<DiscoveredGroup>> LookAsync(
        UniverseState? look, ToolState tool, TimeSpan estimate, CancellationToken cancellationToken)
    {
        if (look is null)
        {
            return [];
        }

        var listed = cluster.Settings.Replication.Groups;
        var own = look.View.Config.Groups;
        var names = own.Select(g => g.Name).Union(await ByToolAsync(tool, cancellationToken), StringComparer.Ordinal);
        foreach (var name in names.Where(n => !listed.Exists(g => g.Name == n)))
        {
            findings.Add(
                Reasons.ReplicationDiffers,
                $"the universe has a {cluster.Vocabulary.Replication} replication group {name} that the spec does not "
                + "list; list it with its peer, so that it is carried through the upgrade",
                field: Field);
        }

        var found = new List<DiscoveredGroup>();
        foreach (var group in listed)
        {
            found.AddRange(await EndsAsync(group, own, cancellationToken));
        }

        var mode = path is null ? (ReplicationMode?)null : YugabyteFeatures.Replication(cluster.Spec, path.From);
        if (mode == ReplicationMode.TargetFirst)
        {
            await CheckOrderAsync(path!, tool, listed, found, cancellationToken);
        }

        foreach (var group in found.Where(g => !g.IsPaused))
        {
            await NoteErrorsAsync(tool, group, cancellationToken);
        }

        return mode == ReplicationMode.PauseBothSides
            ? await SideBySide.EachAsync(
                found, (group, token) => WithRetentionAsync(group, estimate, token), cancellationToken)
            : found;
    }

    // A group that is broken before the upgrade is not broken by it, and is not repaired by it either.
    private async Task NoteErrorsAsync(ToolState look, DiscoveredGroup group, CancellationToken cancellationToken)
    {
        if (look is not { Tool: { } tool, Help: { } help } || !help.Has(AdminOutput.ReplicationErrorsCommand))
        {
            return;
        }

        var there = group.Target == ReplicationTarget.Here
            ? tool
            : cluster.PeerTool(cluster.Group(group.Name), tool.Call.Program);
        var (errors, problem) = await Asking.TryAsync(
            () => there.ReplicationErrorsAsync(group.Name, cancellationToken));
        if (errors is null)
        {
            findings.Note($"Whether replication group {group.Display} has errors could not be read: {problem}");
        }
        else if (errors.Count > 0)
        {
            findings.Note(
                $"Replication group {group.Display} is already broken before the upgrade: "
                + $"{string.Join(", ", errors)} ({AdminOutput.ReplicationErrorsCommand}). The upgrade does not repair "
                + "it.");
        }
    }

    // While a group is paused, its source keeps the log for a limited time only.
    private async Task<DiscoveredGroup> WithRetentionAsync(
        DiscoveredGroup group, TimeSpan estimate, CancellationToken cancellationToken)
    {
        if (group.IsPaused)
        {
            return group;
        }

        var (retention, problem) = await Asking.TryAsync(
            () => cluster.RetentionAsync(cluster.Group(group.Name), group.Target, cancellationToken));
        if (problem is not null)
        {
            findings.Note(
                $"How long the source of replication group {group.Display} keeps its log could not be read: {problem}");
        }

        if (retention < estimate)
        {
            findings.Add(
                Reasons.RetentionTooShort,
                $"The source of replication group {group.Display} keeps its log for "
                + $"{KubernetesDuration.Format(retention.Value)} ({ReplicationRetention.Kept}, "
                + $"{ReplicationRetention.AtMost}), and the upgrade, during which the group is paused, takes about "
                + $"{KubernetesDuration.Format(estimate)}. After that the target would have to be bootstrapped. "
                + "Raise both flags at the source, or choose replication.mode: TargetFirst.",
                field: $"{Field}[{group.Name}]");
        }

        return group with { Retention = retention };
    }

    private async Task<IReadOnlyList<string>> ByToolAsync(ToolState look, CancellationToken cancellationToken)
    {
        var names = new List<string>();
        if (look is not { Tool: { } tool, Help: { } help })
        {
            return names;
        }

        await findings.CheckAsync(async () =>
        {
            try
            {
                if (help.Has(AdminTool.Inbound))
                {
                    names.AddRange(await tool.ReplicationGroupsAsync(cancellationToken));
                }

                if (help.Has(AdminTool.Outbound))
                {
                    names.AddRange(await tool.OutboundGroupsAsync(cancellationToken));
                }
            }
            catch (AdminToolException exception)
                when (exception.Printed.Contains("doesn't support", StringComparison.Ordinal))
            {
                // A new tool may support more than the old masters. Their groups are in their configuration.
                findings.Note(
                    $"The masters do not support listing outbound replication groups ({exception.Command}), so only "
                    + "groups with this universe as target were checked.");
            }
        });
        return names;
    }

    private async Task<IReadOnlyList<DiscoveredGroup>> EndsAsync(
        ReplicationGroup group, IReadOnlyList<YbInboundGroup> own, CancellationToken cancellationToken)
    {
        var ends = new List<DiscoveredGroup>();
        if (own.FirstOrDefault(g => g.Name == group.Name) is { } here)
        {
            ends.Add(new DiscoveredGroup(group.Name, ReplicationTarget.Here, here.IsPaused));
        }

        var isRead = await findings.LookAsync(
            async () =>
            {
                if (await cluster.Peer(group).GroupAsync(cancellationToken) is { } there)
                {
                    ends.Add(new DiscoveredGroup(group.Name, ReplicationTarget.There, there.IsPaused));
                }

                return true;
            },
            field: $"{Field}[{group.Name}].peer",
            prefix: $"the other end of replication group {group.Name} cannot be read: ");
        if (isRead && ends.Count == 0)
        {
            findings.Add(
                Reasons.ReplicationDiffers,
                $"neither this universe nor its peer {string.Join(", ", group.Peer.Masters)} is the target of a "
                + $"replication group {group.Name}; correct its name or its peer, or take it out",
                field: $"{Field}[{group.Name}]");
        }

        return ends;
    }

    // The target goes first (docs/project/research/yugabytedb.md#procedure): a universe that is only a source waits for
    // its targets. A target that has not promoted what its source uses cannot read the source's log, and a target that
    // runs the new version but is not final would fall behind as soon as this universe promotes its flags.
    private async Task CheckOrderAsync(
        YugabyteUpgradePath upgrade, ToolState tool, List<ReplicationGroup> listed,
        IReadOnlyList<DiscoveredGroup> found, CancellationToken cancellationToken)
    {
        var flags = new ReplicationFlags(cluster);
        foreach (var group in listed.Where(l => found.Any(
            f => f.Name == l.Name && f is { Target: ReplicationTarget.Here, IsPaused: false })))
        {
            if (await BothAsync(group, upgrade, tool, cancellationToken) is (var own, var theirs)
                && flags.OfSource(group, own, theirs) is { } problem)
            {
                findings.Ask(
                    Reasons.ReplicationBroken, group.Name,
                    $"{problem} With TargetFirst the target is upgraded and made final before its source; now the "
                    + "group does not replicate until this universe is final. Pause it, so that it has no errors: "
                    + $"`set_universe_replication_enabled {group.Name} 0`, and resume it after the upgrade.",
                    field: $"{Field}[{group.Name}]");
            }
        }

        if (found.Any(g => g.Target == ReplicationTarget.Here))
        {
            return;
        }

        foreach (var group in listed.Where(l => found.Any(f => f.Name == l.Name)))
        {
            var problems = await cluster.Peer(group).NotYetAsync(upgrade.To, cancellationToken);
            if (problems.Count > 0)
            {
                findings.Add(
                    Reasons.PeerNotUpgraded,
                    $"this universe is the source of replication group {group.Name}, and its target is to be upgraded "
                    + $"and made final first (TargetFirst): {string.Join("; ", problems.Take(6))}. "
                    + "Upgrade that one, or choose replication.mode: PauseBothSides",
                    field: $"{Field}[{group.Name}]");
            }
            else if (await BothAsync(group, upgrade, tool, cancellationToken) is (var own, var theirs)
                && flags.OfTarget(group, own, theirs, upgrade.From, upgrade.To) is { } problem)
            {
                var field = $"{Field}[{group.Name}]";
                if (problem.MayBeAcknowledged)
                {
                    findings.Ask(Reasons.PeerNotUpgraded, group.Name, problem.Message, field: field);
                }
                else
                {
                    findings.Add(Reasons.PeerNotUpgraded, problem.Message, field: field);
                }
            }
        }
    }

    // The AutoFlags of both ends; null if there are none, or they cannot be read.
    private async Task<(AutoFlagsConfig Own, AutoFlagsConfig Theirs)?> BothAsync(
        ReplicationGroup group, YugabyteUpgradePath upgrade, ToolState look, CancellationToken cancellationToken) =>
        look.Tool is not { } tool || !YugabyteFeatures.HasAutoFlags(upgrade.From)
            ? null
            : await findings.LookAsync<(AutoFlagsConfig, AutoFlagsConfig)?>(
                async () => (
                    await tool.AutoFlagsAsync(cancellationToken),
                    await cluster.PeerTool(group, tool.Call.Program).AutoFlagsAsync(cancellationToken)),
                field: $"{Field}[{group.Name}].peer",
                prefix: $"The AutoFlags of both ends of replication group {group.Name} cannot be compared: ");
}
