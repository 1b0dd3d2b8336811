using Drydock.Abstractions.Values;
using Drydock.Crds.Common;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// Replication in which the target goes first: whether the AutoFlags of the target allow it. A target that has not
/// promoted what its source uses cannot read the source's log, and a target that runs the new version but is not final
/// would fall behind as soon as this universe promotes its flags (docs/research/yugabytedb.md#procedure).
/// </summary>
internal sealed class TargetFlagsPreflight(YugabyteCluster cluster, Findings findings)
{
    private const string Field = "spec.yugabyte.replication.groups";
    private const int Named = 6;

    /// <summary>Compares this universe, the source, with the target of a group, which runs the new version.</summary>
    public async Task CompareAsync(
        ReplicationGroup group, YugabyteUpgradePath path, ToolState look, CancellationToken cancellationToken)
    {
        if (look.Tool is not { } tool || !YugabyteFeatures.HasAutoFlags(path.From))
        {
            return;
        }

        var peer = cluster.Peer(group).Display;
        try
        {
            var own = (await tool.AutoFlagsAsync(cancellationToken)).Promoted;
            var theirs = (await cluster.PeerTool(group, tool.Program).AutoFlagsAsync(cancellationToken)).Promoted;
            var missing = own.Except(theirs, StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
            if (missing.Count > 0)
            {
                findings.Add(
                    Reasons.PeerNotUpgraded,
                    $"{peer}, the target of replication group {group.Name}, has not promoted {missing.Count} AutoFlags "
                    + $"that this universe uses: {Sentences.List(missing, Named)}. Promote them there "
                    + "(promote_auto_flags), or choose replication.mode: PauseBothSides",
                    field: $"{Field}[{group.Name}]");
            }
            else if (path.From.Series != path.To.Series && theirs.IsSubsetOf(own))
            {
                findings.Ask(
                    Reasons.PeerNotUpgraded,
                    group.Name,
                    $"{peer}, the target of replication group {group.Name}, runs {path.To} but has promoted no "
                    + "AutoFlag that this universe lacks, so its upgrade does not seem to be final (TargetFirst). "
                    + "Finalize the upgrade of the target first.",
                    field: $"{Field}[{group.Name}]");
            }
        }
        catch (TargetException exception)
        {
            findings.Add(
                exception,
                field: $"{Field}[{group.Name}].peer",
                message: $"The AutoFlags of both ends of replication group {group.Name} cannot be compared: "
                    + exception.Message);
        }
    }
}
