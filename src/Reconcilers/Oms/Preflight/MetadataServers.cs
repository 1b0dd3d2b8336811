namespace Drydock.Reconcilers.Oms;

/// <summary>Whether the config.yaml files of all nodes lead to one metadata server. Their text may differ (two proxies,
/// a name and an address); the identity that the server reports may not: databases of two servers would be upgraded and
/// only those of one dumped.</summary>
internal sealed class MetadataServers(OmsTargets targets, Findings findings)
{
    public async Task CompareAsync(
        IOmsMetadata first,
        MetadataServerInfo server,
        IReadOnlyList<NodeState> nodes,
        CancellationToken cancellationToken)
    {
        var read = nodes.Where(n => n.Config is not null).ToList();
        var usual = Server(read[0].Config!);
        foreach (var group in read.GroupBy(n => Server(n.Config!), StringComparer.Ordinal).Where(g => g.Key != usual))
        {
            await CompareAsync(first, server, usual, group.First(), cancellationToken);
        }
    }

    private async Task CompareAsync(
        IOmsMetadata first,
        MetadataServerInfo server,
        string usual,
        NodeState node,
        CancellationToken cancellationToken)
    {
        var what = $"config.yaml of {node.Spec.Name} names metadata server {Server(node.Config!)}, that of other nodes "
            + $"{usual}.";
        var other = targets.OpenMetadata(node.Config!);
        if (other.Target.Address == first.Target.Address && other.Target.User == first.Target.User)
        {
            Ask(node, $"{what} spec.metadataDatabase leads to one server only, so the two cannot be compared.");
            return;
        }

        try
        {
            var identity = (await other.ServerAsync(cancellationToken)).Identity;
            if (identity != server.Identity)
            {
                findings.Add(
                    Reasons.NodesDiffer,
                    $"{what} They are two servers ({server.Identity}, {identity}), expected one. Correct config.yaml "
                        + "on one of the nodes.",
                    node.Spec.Name);
            }
        }
        catch (OmsMetadataException exception)
        {
            Ask(node, $"{what} The second cannot be asked: {Sentences.Close(exception.Message)}");
        }
    }

    private void Ask(NodeState node, string what) => findings.Ask(
        Reasons.MetadataServerUnconfirmed,
        node.Spec.Name,
        $"{what} If both lead to one server, for instance through two proxies, confirm it; otherwise correct "
            + "config.yaml on one of the nodes.",
        node.Spec.Name);

    // On OceanBase the account has the tenant and the cluster.
    private static string Server(OmsConfig config) =>
        $"{config.MetaUser} at {ClaimTarget.AddressOf(NodeAddress.Normalize(config.MetaHost), config.MetaPort)}";
}
