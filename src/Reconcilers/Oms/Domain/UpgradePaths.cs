namespace Drydock.Reconcilers.Oms;

/// <summary>Which upgrades are possible (docs/project/research/oms.md#upgrade-paths), and what each needs
/// (docs/project/research/oms.md#procedure), as the version data has it. Pure.</summary>
internal sealed class UpgradePaths(OmsEditionVersions versions)
{
    /// <summary>Checks the upgrade from one version to another. Bugfix packs count: 3.2.2-bp2 is above 3.2.2 and below
    /// 3.3.0.</summary>
    public static UpgradePath Check(OmsEdition edition, OmsVersion from, OmsVersion to)
    {
        if (edition == OmsEdition.Community)
        {
            (from, to) = (from.AsCommunity(), to.AsCommunity());
        }
        else if (from.Community || to.Community)
        {
            var version = from.Community ? from : to;
            return new UpgradePath.Refused(
                $"Version {version} is a Community version, but the edition is Enterprise. An upgrade cannot change "
                    + "the edition. Correct spec.edition, spec.fromVersion or spec.toVersion.");
        }

        return from.CompareTo(to) switch
        {
            0 => new UpgradePath.Refused(
                $"spec.fromVersion and spec.toVersion are both {from}; there is nothing to upgrade. "
                    + "Correct one of them."),
            > 0 => new UpgradePath.Refused(
                $"{from} to {to} is a downgrade, which an upgrade of OMS cannot do. Correct spec.fromVersion or "
                    + "spec.toVersion."),
            _ => new UpgradePaths(OmsVersionData.Of(edition)).Check(from, to),
        };
    }

    private UpgradePath Check(OmsVersion from, OmsVersion to)
    {
        if (versions.Floor is { } floor && from < floor)
        {
            return new UpgradePath.Refused(
                $"OMS {versions.Edition} {from} cannot be upgraded to {to} directly. Upgrade to {floor} first, then "
                    + $"go {floor} → {(to > floor ? to : HighestFrom(floor) ?? floor)}. "
                    + $"The vendor's guides start from {floor}.");
        }

        if (versions.Release(to)?.IsListedFrom(from) == true)
        {
            return new UpgradePath.Allowed(versions, from, to, Unlisted: null);
        }

        var why = $"OMS {versions.Edition} {from} to {to}: {WhatIsListed(to)}; {WayOut(from, to)}.";
        return Obstacle(from, to) is { } obstacle
            ? new UpgradePath.Refused($"{why} {obstacle}, so this cannot be acknowledged.")
            : new UpgradePath.Allowed(versions, from, to, why);
    }

    /// <summary>The highest release to which the vendor's guides lead from another without a question.</summary>
    private OmsVersion? HighestFrom(OmsVersion from) =>
        TargetsOf(from).LastOrDefault(to => versions.Questions(from, to).Count == 0);

    private string WhatIsListed(OmsVersion to) => versions.Release(to)?.Facts switch
    {
        { Note: { } note } => note,
        { From: { Count: > 0 } sources } =>
            $"the vendor's guide for {Short(to)} starts from {string.Join(", ", sources)} only",
        { From: not null } => $"the vendor lists no upgrade to {Short(to)}",
        _ => $"no list of sources for {Short(to)} is known to this release",
    };

    /// <summary>What to do instead: the shortest chain of listed upgrades, or where an upgrade can go.</summary>
    private string WayOut(OmsVersion from, OmsVersion to)
    {
        if (Chain(from, to) is { } chain)
        {
            return $"upgrade step by step: {string.Join(" → ", chain.Select(Short))}";
        }

        var fresh = versions.Release(to) is { Facts.From.Count: 0 }
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

    private string? Obstacle(OmsVersion from, OmsVersion to)
    {
        var (merged, isMergedAfter) = (versions.MergedSince, versions.IsMerged(to));
        if (versions.Correction == MergeCorrection.None)
        {
            return !versions.IsMerged(from) && isMergedAfter
                ? $"Whether {versions.Edition} needs a correction of the metadata across {Short(merged)} is not "
                    + "documented"
                : null;
        }

        // Guides phrase differently from which source on the JAR is skipped
        // (docs/project/research/oms.md#correction-jar).
        var skippedFrom = versions.Release(to)?.Facts.CorrectionSkippedFrom is { } text ? OmsVersion.Parse(text) : null;
        var isContradicted = versions.IsMerged(from)
            && (skippedFrom is null
                ? from.IsSameRelease(merged) && !to.IsSameRelease(merged)
                : from.CompareRelease(skippedFrom) < 0);
        return isContradicted
            ? $"The vendor's guides contradict each other on whether the correction JAR has to run from {from} to {to}"
            : null;
    }

    private List<OmsVersion>? Chain(OmsVersion from, OmsVersion to)
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

/// <summary>Whether an upgrade from one version to another is possible, and what it needs
/// (docs/project/research/oms.md#procedure).</summary>
internal abstract record UpgradePath
{
    private UpgradePath()
    {
    }

    /// <summary>The upgrade is supported, or may be acknowledged.</summary>
    /// <param name="Unlisted">That the vendor does not list it, and what to do instead; null if it does. Its steps are
    /// known all the same.</param>
    public sealed record Allowed(OmsEditionVersions Versions, OmsVersion From, OmsVersion To, string? Unlisted)
        : UpgradePath
    {
        public OmsEdition Edition => Versions.Edition;
        public OmsProcedure Source { get; } = Versions.Procedure(From);
        public OmsProcedure Target { get; } = Versions.Procedure(To);

        /// <summary>From below the merged architecture to it or above: no two projects may share a name, in migration,
        /// synchronisation or across both (docs/project/research/oms.md#checks-before-an-upgrade).</summary>
        public bool NeedsProjectChecks => ReadsProjectTables && !ProjectTablesStay;

        /// <summary>Enterprise from below the merged architecture to it or above: the correction JAR restructures the
        /// project tables (docs/project/research/oms.md#correction-jar). In no other case may it run.</summary>
        public bool NeedsCorrectionJar => NeedsProjectChecks && Versions.Correction == MergeCorrection.Jar;

        /// <summary>The source is below the merged architecture, so its project tables are known and may be read; those
        /// of later versions are not documented.</summary>
        public bool ReadsProjectTables => !Versions.IsMerged(From);

        public bool NeedsInit => Target.Init == InitKind.Script;

        /// <summary>Both versions read the same <c>oms_project</c>/<c>oms_sync_project</c> tables (both are below the
        /// merged architecture).</summary>
        public bool ProjectTablesStay => !Versions.IsMerged(To);

        public IReadOnlyList<KnownFailure> KnownFailures => Versions.KnownFailures(To);
        public IReadOnlyList<VersionAdvice> Advice => Versions.Advice(From, To);
        public IReadOnlyList<VersionAdvice> Questions => Versions.Questions(From, To);
    }

    /// <param name="Message">A sentence: why, and the way out.</param>
    public sealed record Refused(string Message) : UpgradePath;
}
