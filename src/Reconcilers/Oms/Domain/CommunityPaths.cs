namespace Drydock.Reconcilers.Oms;

/// <summary>The vendor's table of in-place upgrades of OMS Community (docs/research/oms.md#upgrade-paths).</summary>
internal static class CommunityPaths
{
    /// <summary>The release that can only be deployed as a new installation.</summary>
    internal static readonly OmsVersion FreshOnly = V(4, 1, 1);

    private static readonly OmsVersion SameRelease = V(3, 2, 2);

    // No upgrade path is known from this release or below to a release above it.
    private static readonly OmsVersion LastBeforeGap = V(4, 1, 0);

    private static readonly (OmsVersion Target, OmsVersion[] Sources)[] Table =
    [
        (V(3, 3, 0), [V(3, 2, 2)]),
        (V(3, 3, 1), [V(3, 3, 0)]),
        (V(4, 0, 0), [V(3, 2, 2), V(3, 3, 0), V(3, 3, 1)]),
        (V(4, 1, 0), [V(3, 2, 2), V(3, 3, 0), V(3, 3, 1), V(4, 0, 0)]),
        (FreshOnly, []),
        (V(4, 2, 0), [FreshOnly]),
        (V(4, 2, 1), [V(4, 2, 0)]),
        (V(4, 2, 2), [V(4, 2, 1)]),
    ];

    /// <summary>Whether the vendor lists the upgrade. A build of 3.2.2 may go to a later build of 3.2.2.</summary>
    internal static bool IsListed(OmsVersion from, OmsVersion to) =>
        Sources(to)?.Any(source => source.IsSameRelease(from)) == true
            || (to.IsSameRelease(SameRelease) && from.IsSameRelease(SameRelease));

    /// <summary>What the vendor says of the target.</summary>
    internal static string WhatIsListed(OmsVersion to) => Sources(to) switch
    {
        _ when to.IsSameRelease(FreshOnly) => $"{Short(FreshOnly)} is a fresh deployment only",
        { } sources =>
            $"the vendor's guide for {Short(to)} starts from {string.Join(", ", sources.Select(Short))} only",
        _ when to.IsSameRelease(V(4, 2, 6)) =>
            "the vendor's pages for 4.2.6 contradict each other (one starts from 4.2.4, one from 4.2.5)",
        _ => $"no list of sources for {Short(to)} is known to this release",
    };

    /// <summary>What to do instead: the shortest chain of listed upgrades, or why there is none.</summary>
    internal static string WayOut(OmsVersion from, OmsVersion to)
    {
        if (Chain(from, to) is { } chain)
        {
            return $"upgrade step by step: {string.Join(" → ", chain.Select(Short))}";
        }

        if (from.Release <= LastBeforeGap && to.Release > LastBeforeGap)
        {
            var furthest = from.IsSameRelease(LastBeforeGap)
                ? ""
                : $" (the last in-place upgrade is to {Short(LastBeforeGap)})";
            return $"no in-place upgrade exists from {Short(LastBeforeGap)} or below to {Short(FreshOnly)} or "
                + $"above{furthest}; deploy {Short(to)} as a new installation and create the projects there";
        }

        var onward = Table.Where(entry => entry.Sources.Any(source => source.IsSameRelease(from)))
            .Select(entry => Short(entry.Target))
            .ToList();
        return onward.Count > 0
            ? $"from {Short(from)} the listed upgrades are to {string.Join(", ", onward)}"
            : $"no upgrade from {Short(from)} is listed; ask the vendor";
    }

    /// <summary>The shortest chain of listed upgrades, both ends included; null if there is none.</summary>
    internal static IReadOnlyList<OmsVersion>? Chain(OmsVersion from, OmsVersion to)
    {
        var reached = new Dictionary<OmsVersion, OmsVersion?> { [from.Release.AsCommunity()] = null };
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

            foreach (var (target, _) in Table.Where(entry =>
                entry.Sources.Any(source => source.IsSameRelease(present)) && !reached.ContainsKey(entry.Target)))
            {
                reached[target] = present;
                queue.Enqueue(target);
            }
        }

        return null;
    }

    private static OmsVersion[]? Sources(OmsVersion to) =>
        Array.Find(Table, entry => entry.Target.IsSameRelease(to)).Sources;

    private static string Short(OmsVersion version) =>
        FormattableString.Invariant($"{version.Major}.{version.Minor}.{version.Patch}");

    private static OmsVersion V(int major, int minor, int patch) => new(major, minor, patch, community: true);
}
