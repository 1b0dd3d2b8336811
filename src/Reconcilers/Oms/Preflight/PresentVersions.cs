namespace Drydock.Reconcilers.Oms;

/// <summary>Compares what every node runs with what the upgrade would bring. Where the upgrade was made already, a
/// second one would stop OMS and run docker_init.sh on initialised metadata. Pure.</summary>
internal static class PresentVersions
{
    private const string Field = "spec.toVersion";

    public static void Check(Findings findings, IReadOnlyList<NodePreflight> nodes, OmsUpgradeSpec spec)
    {
        if (!OmsVersion.TryParse(spec.ToVersion, out var to))
        {
            return;
        }

        // Of a node that could not be read to the end, only a part is known; its finding says so.
        var there = nodes
            .Where(node => node.Current is not null && (node.RunsNewImage || IsThere(node, to)))
            .ToList();
        if (there.Count == nodes.Count && there.Count > 0)
        {
            findings.Add(
                Reasons.AlreadyAtVersion,
                $"OMS runs {to} already: {string.Join(", ", there.Select(Evidence))}. Another upgrade would stop it "
                    + "and repeat docker_init.sh on initialised metadata. Correct spec.toVersion and spec.image, or "
                    + "delete this object.",
                field: Field);
        }
        else if (there.Count > 0)
        {
            findings.Add(
                Reasons.VersionsMixed,
                $"Only some nodes run {to} already: {string.Join(", ", there.Select(Evidence))}. "
                    + $"Not seen to run it: {string.Join(", ", nodes.Except(there).Select(node => node.Name))}. "
                    + $"Retry or roll back the OmsUpgrade that did this{MadeBy(there)}. If it was lost, bring all "
                    + "nodes to one version, then annotate a new object with "
                    + $"{Annotations.Adopt}.",
                field: Field);
        }
        else
        {
            AskForPatches(findings, nodes, spec, to);
        }
    }

    // Without any word of the container, spec.fromVersion counts as its version.
    private static void AskForPatches(
        Findings findings, IReadOnlyList<NodePreflight> nodes, OmsUpgradeSpec spec, OmsVersion to)
    {
        _ = OmsVersion.TryParse(spec.FromVersion, out var from);
        foreach (var node in nodes.Where(n => n is { Version: not null, Current: not null }))
        {
            var (said, by) = node.Version!;
            if ((said ?? from) is { } version && version.IsSameRelease(to) && said is not { BugfixPack: > 0 })
            {
                node.Ask(
                    Reasons.SameRelease,
                    $"{node.Current!.ShortName} on {node.Name} runs OMS {version.Release}, and no bugfix pack can be "
                        + $"read ({by}). If it is {to} already, this upgrade would stop it and repeat docker_init.sh "
                        + "on initialised metadata: then delete this object. Compare the images "
                        + $"({node.Current.Image} runs).",
                    Field);
            }
        }
    }

    private static bool IsThere(NodePreflight node, OmsVersion to) =>
        node.Version?.Said is { } said && said.IsSame(to);

    private static string Evidence(NodePreflight node) =>
        $"{node.Current!.ShortName} on {node.Name} "
        + (node.RunsNewImage ? "(it has the image of spec.image)" : $"({node.Version!.By})");

    private static string MadeBy(IEnumerable<NodePreflight> nodes) =>
        nodes.Select(node => node.Current!.Label(Labels.UpgradeName)).FirstOrDefault(name => name is not null)
            is { } name ? $" ({name})" : "";
}
