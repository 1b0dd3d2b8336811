namespace Drydock.Reconcilers.Oms;

/// <summary>Version and edition that run, where the spec leaves them out: what the containers say, and for the edition
/// what the vendor's paths leave possible. What is not certain is a finding that names the field.</summary>
internal sealed class VersionSearch(OmsTargets targets, Findings findings)
{
    private OmsUpgradeSpec Spec => targets.Written.Spec;

    public async Task<FoundVersion> RunAsync(IReadOnlyList<FoundNode> nodes, CancellationToken cancellationToken)
    {
        _ = OmsVersion.TryParse(Spec.FromVersion, out var written);
        var to = OmsVersion.Parse(Spec.ToVersion);
        var said = written is not null && Spec.Edition is not null
            ? []
            : await Task.WhenAll(
                nodes.Where(n => n.Container is not null).Select(n => SaidAsync(n, cancellationToken)));
        var versions = said.OfType<SaidVersion>().ToList();
        var from = written ?? From(versions, to);
        return new FoundVersion(from, Spec.Edition ?? (from is null ? null : Edition(versions, from, to)));
    }

    private Task<SaidVersion?> SaidAsync(FoundNode node, CancellationToken cancellationToken) =>
        findings.LookAsync<SaidVersion>(
            async () => new SaidVersion(
                $"{node.Container!.ShortName} on {node.Node.Name}",
                await ContainerVersion.ReadAsync(targets.Docker(node.Node), node.Container, cancellationToken)),
            node.Node.Name);

    // Where some nodes run the new version already, the others tell the one before.
    private OmsVersion? From(List<SaidVersion> versions, OmsVersion to)
    {
        foreach (var (where, version) in versions.Where(v => v.Version.Said is null))
        {
            findings.Add(
                Reasons.InvalidSpec,
                $"The version of {where} cannot be read: neither {ContainerVersion.File} nor {version.By}, says it. "
                    + "Set spec.fromVersion.",
                field: "spec.fromVersion");
        }

        var known = versions.FindAll(v => v.Version.Said is not null);
        var releases = known.FindAll(v => !v.Version.Said!.IsSame(to)).GroupBy(v => v.Version.Said!.Release).ToList();
        if (releases.Count > 1)
        {
            var all = known.Select(v => $"{v.Version.Said} ({v.Where})");
            findings.Add(
                Reasons.VersionMismatch,
                $"Different versions of OMS run: {string.Join(", ", all)}. Expected is one. Upgrade the older ones "
                    + "first, or set spec.fromVersion.",
                field: "spec.fromVersion");
        }

        return known.Count < versions.Count || releases.Count > 1
            ? null
            : (releases.Count == 1 ? releases[0] : known.AsEnumerable()).Max(v => v.Version.Said);
    }

    private OmsEdition? Edition(List<SaidVersion> versions, OmsVersion from, OmsVersion to)
    {
        if (from.Community || to.Community || versions.Exists(v => v.Version.Said is { Community: true }))
        {
            return OmsEdition.Community;
        }

        var possible = Enum.GetValues<OmsEdition>()
            .Where(edition => UpgradePaths.Check(edition, from, to) is UpgradePath.Allowed { Unlisted: null })
            .ToList();
        if (possible.Count == 1)
        {
            return possible[0];
        }

        if (!from.IsSame(to))
        {
            findings.Add(
                Reasons.InvalidSpec,
                $"Whether this OMS is Enterprise or Community is unknown: its containers do not say it, and "
                    + $"{(possible.Count == 0 ? "no edition lists" : "both list")} the path from {from} to {to}. "
                    + "Set spec.edition.",
                field: "spec.edition");
        }

        return null;
    }

    private sealed record SaidVersion(string Where, ContainerVersion Version);
}

/// <summary>What runs before the upgrade; null where it is unknown.</summary>
internal sealed record FoundVersion(OmsVersion? From, OmsEdition? Edition)
{
    public UpgradePath.Allowed? Path(string toVersion) => From is null || Edition is not { } edition
        ? null
        : UpgradePaths.Check(edition, From, OmsVersion.Parse(toVersion)) as UpgradePath.Allowed;
}
