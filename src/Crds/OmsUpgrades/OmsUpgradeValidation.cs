using Drydock.Crds.Common;

namespace Drydock.Crds.OmsUpgrades;

/// <summary>
/// The rules between fields of an OmsUpgrade, in code: what a server with CEL refuses at once, the operator reports on
/// any server. Bounds and patterns of single fields are the schema's, which every server checks.
/// </summary>
public static class OmsUpgradeValidation
{
    /// <summary>
    /// Everything that contradicts itself; empty if nothing does. Every finding has the reason InvalidSpec.
    /// </summary>
    public static IReadOnlyList<Finding> Validate(OmsUpgradeSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return
        [
            .. Whole(spec),
            .. spec.Regions.SelectMany(region => region.Nodes.SelectMany(node => Node(spec, region, node))),
            .. Docker(spec.Docker, "spec.docker"),
            .. Storages(spec),
            .. ContainerRules.Check(spec.Container, spec.Timeouts, "spec.container"),
            .. DurationRules.Check(spec, "spec"),
        ];
    }

    private static IEnumerable<Finding> Whole(OmsUpgradeSpec spec)
    {
        if (spec.FromVersion == spec.ToVersion)
        {
            yield return StorageRules.Refusal(RuleMessages.SameVersion, "spec.toVersion");
        }

        if (spec.HostIP is null && spec.Regions.Count == 0)
        {
            yield return StorageRules.Refusal(RuleMessages.HostOrRegions, "spec.hostIP");
        }

        if (spec.HostIP is not null && spec.Docker is null)
        {
            yield return StorageRules.Refusal(RuleMessages.NodeNeedsDocker, "spec.docker");
        }

        if (spec is { HostIP: not null, NewContainer: { } name } && name == spec.CurrentContainer)
        {
            yield return StorageRules.Refusal(RuleMessages.SameContainer, "spec.newContainer");
        }

        if (spec.Regions.Sum(region => region.Nodes.Count) > SchemaLimits.AllNodes)
        {
            yield return StorageRules.Refusal(RuleMessages.TooManyNodes, "spec.regions");
        }

        if (spec.Window is { } window && window.Start == window.End)
        {
            yield return StorageRules.Refusal(RuleMessages.EmptyWindow, "spec.window.end");
        }

        if (spec.RollbackPolicy == RollbackPolicy.OnFailure
            && spec.Backup is { Encryption: not null, IdentitySecretRef: null })
        {
            yield return StorageRules.Refusal(RuleMessages.OnFailureNeedsIdentity, "spec.backup.identitySecretRef");
        }

        var nodes = spec.Regions.SelectMany(region => region.Nodes).ToList();
        if (nodes.DistinctBy(node => node.Name, StringComparer.Ordinal).Count() < nodes.Count)
        {
            yield return StorageRules.Refusal(RuleMessages.NodeNames, "spec.regions");
        }

        if (nodes.DistinctBy(node => node.HostIP, StringComparer.Ordinal).Count() < nodes.Count)
        {
            yield return StorageRules.Refusal(RuleMessages.HostIPs, "spec.regions");
        }

        if (spec.Docker is { } docker
            && !NodeDocker.HasPlaceholder(docker.Endpoint)
            && nodes.Count(node => node.Docker is null) > 1)
        {
            yield return StorageRules.Refusal(RuleMessages.SharedEndpoint, "spec.docker.endpoint");
        }
    }

    private static IEnumerable<Finding> Docker(DockerAccess? docker, string field)
    {
        if (docker is null)
        {
            return [];
        }

        var findings = new DockerEndpointRules(
            [docker.Endpoint],
            docker.TlsSecretRef,
            docker.SshSecretRef,
            docker.Insecure,
            docker.Jump is not null,
            docker.Become).Check(field);
        return NodeDocker.HasOtherPlaceholder(docker.Endpoint)
            ? findings.Append(StorageRules.Refusal(RuleMessages.Placeholders, $"{field}.endpoint"))
            : findings;
    }

    private static IEnumerable<Finding> Node(OmsUpgradeSpec spec, OmsRegion region, OmsNode node)
    {
        var field = $"spec.regions[{region.Name}].nodes[{node.Name}]";
        if ((node.NewContainer ?? spec.NewContainer) is { } name
            && name == (node.CurrentContainer ?? spec.CurrentContainer))
        {
            yield return StorageRules.Refusal(RuleMessages.SameContainer, $"{field}.newContainer");
        }

        if (node.Docker is null && spec.Docker is null)
        {
            yield return StorageRules.Refusal(RuleMessages.NodeNeedsDocker, $"{field}.docker");
        }

        foreach (var finding in Docker(node.Docker, $"{field}.docker"))
        {
            yield return finding;
        }

        foreach (var finding in ArchiveRules.Check(node.ImageArchive, $"{field}.imageArchive")
            .Concat(ContainerRules.Check(node.Container ?? new(), spec.Timeouts, $"{field}.container")))
        {
            yield return finding;
        }
    }

    private static IEnumerable<Finding> Storages(OmsUpgradeSpec spec) =>
        ArchiveRules.Check(spec.ImageArchive, "spec.imageArchive")
            .Concat(ArchiveRules.Check(spec.Correction.Archive, "spec.correction.archive"))
            .Concat(StorageRules.Check(spec.Backup.Storage, "spec.backup.storage"))
            .Concat(
                StorageRules.CheckRestoreTest(
                    spec.Backup.Verify,
                    spec.Backup.Encryption,
                    spec.Backup.IdentitySecretRef,
                    "spec.backup.identitySecretRef"));
}
