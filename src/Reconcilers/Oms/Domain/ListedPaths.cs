namespace Drydock.Reconcilers.Oms;

/// <summary>What the vendor lists between two versions of one edition, and which way there is instead
/// (docs/research/oms.md#upgrade-paths). Pure.</summary>
/// <param name="versions">What is known of the edition.</param>
internal sealed class ListedPaths(OmsEditionVersions versions)
{
    public OmsEditionVersions Versions => versions;

    /// <summary>The highest release to which the vendor's guides lead from another without a question.</summary>
    public OmsVersion? HighestFrom(OmsVersion from) =>
        TargetsOf(from).LastOrDefault(to => versions.Questions(from, to).Count == 0);

    public string WhatIsListed(OmsVersion to) => versions.Release(to) switch
    {
        { Note: { } note } => note,
        { From: { Count: > 0 } sources } =>
            $"the vendor's guide for {Short(to)} starts from {string.Join(", ", sources)} only",
        { From: not null } => $"the vendor lists no upgrade to {Short(to)}",
        _ => $"no list of sources for {Short(to)} is known to this release",
    };

    /// <summary>What to do instead: the shortest chain of listed upgrades, or where an upgrade can go.</summary>
    public string WayOut(OmsVersion from, OmsVersion to)
    {
        if (Chain(from, to) is { } chain)
        {
            return $"upgrade step by step: {string.Join(" → ", chain.Select(Short))}";
        }

        var fresh = versions.Release(to) is { From.Count: 0 }
            ? $"deploy {Short(to)} as a new installation and create the projects there, or "
            : "";
        return versions.Releases.Where(release => release.Version.CompareRelease(to) > 0)
            .Select(release => Chain(from, release.Version))
            .FirstOrDefault(beyond => beyond is not null) switch
        {
            { Count: > 2 } beyond =>
                $"{fresh}upgrade step by step to {Short(beyond[^1])} instead: "
                    + $"{string.Join(" → ", beyond.Select(Short))}",
            { } beyond => fresh + Directly(from, [beyond[^1]]),
            _ when TargetsOf(from) is { Count: > 0 } targets => fresh + Directly(from, targets),
            _ => $"{fresh}ask the vendor: no upgrade from {Short(from)} is listed",
        };
    }

    public string? Obstacle(OmsVersion from, OmsVersion to)
    {
        var (merged, isMergedAfter) = (versions.MergedSince, versions.IsMerged(to));
        if (versions.Correction == MergeCorrection.None)
        {
            return !versions.IsMerged(from) && isMergedAfter
                ? $"Whether {versions.Edition} needs a correction of the metadata across {Short(merged)} is not "
                    + "documented"
                : null;
        }

        // Guides phrase differently from which source on the JAR is skipped (docs/research/oms.md#correction-jar).
        var skippedFrom = versions.Release(to)?.CorrectionSkippedFrom;
        var isContradicted = versions.IsMerged(from)
            && (skippedFrom is null
                ? from.IsSameRelease(merged) && !to.IsSameRelease(merged)
                : from.CompareRelease(skippedFrom) < 0);
        return isContradicted
            ? $"The vendor's guides contradict each other on whether the correction JAR has to run from {from} to {to}"
            : null;
    }

    public IReadOnlyList<OmsVersion>? Chain(OmsVersion from, OmsVersion to)
    {
        var reached = new Dictionary<OmsVersion, OmsVersion?> { [Plain(from)] = null };
        var queue = new Queue<OmsVersion>(reached.Keys);
        while (queue.TryDequeue(out var present))
        {
            if (present.IsSameRelease(to))
            {
                var chain = new List<OmsVersion>();
                for (var step = present; step is not null; step = reached[step])
                {
                    chain.Insert(0, step);
                }

                return chain.Count > 1 ? chain : null;
            }

            // The newest first: of two chains of one length, that over the newer releases.
            foreach (var target in TargetsOf(present).Reverse().Where(target => !reached.ContainsKey(target)))
            {
                reached[target] = present;
                queue.Enqueue(target);
            }
        }

        return null;
    }

    private static string Directly(OmsVersion from, IReadOnlyList<OmsVersion> targets) =>
        $"set toVersion to {string.Join(", ", targets.Select(Short))}, to which {Short(from)} can go directly";

    private IReadOnlyList<OmsVersion> TargetsOf(OmsVersion from) =>
    [
        .. versions.Releases
            .Where(release => release.IsListedFrom(from) && release.Version.CompareRelease(from) > 0)
            .Select(release => release.Version),
    ];

    private static OmsVersion Plain(OmsVersion version) => new(version.Major, version.Minor, version.Patch);

    private static string Short(OmsVersion version) => Plain(version).Display;
}
