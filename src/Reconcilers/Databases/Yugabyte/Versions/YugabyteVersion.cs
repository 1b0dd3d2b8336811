namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>A version of YugabyteDB: 2.18.4.0-b52, or less of it (2.18.4). Absent numbers are 0; an absent build is any
/// build. Even minor numbers below 1000 are stable releases, odd ones previews; releases named after a year are stable
/// (docs/project/research/yugabytedb.md#procedure).</summary>
/// <param name="Major">2, or a year.</param>
/// <param name="Minor">18.</param>
/// <param name="Patch">4.</param>
/// <param name="Fix">0.</param>
/// <param name="Build">52 of b52; null if the text has none.</param>
internal sealed partial record YugabyteVersion(int Major, int Minor, int Patch, int Fix, int? Build)
    : IComparable<YugabyteVersion>
{
    private const int FirstYear = 1000;

    public bool IsPreview => Major < FirstYear && Minor % 2 != 0;
    public string Series => $"{Major}.{Minor}";

    public static YugabyteVersion Parse(string text) =>
        TryParse(text, out var version)
            ? version
            : throw new FormatException(
                $"'{text}' is not a version of YugabyteDB; expected for instance 2.18.4.0-b52 or 2.18.4");

    public static bool TryParse(string? text, out YugabyteVersion version)
    {
        version = new YugabyteVersion(0, 0, 0, 0, null);
        if (text is null || Whole().Match(text) is not { Success: true } match)
        {
            return false;
        }

        version = new YugabyteVersion(
            Number(match, "major"), Number(match, "minor"), Number(match, "patch"), Number(match, "fix"),
            match.Groups["build"].Success ? Number(match, "build") : null);
        return true;
    }

    public bool Covers(YugabyteVersion running) =>
        running with { Build = null } == this with { Build = null } && (Build is null || Build == running.Build);

    public int CompareTo(YugabyteVersion? other) =>
        other is null
            ? 1
            : (Major, Minor, Patch, Fix, Build ?? 0).CompareTo(
                (other.Major, other.Minor, other.Patch, other.Fix, other.Build ?? 0));

    public static bool operator <(YugabyteVersion left, YugabyteVersion right) => left.CompareTo(right) < 0;

    public static bool operator >(YugabyteVersion left, YugabyteVersion right) => left.CompareTo(right) > 0;

    public static bool operator <=(YugabyteVersion left, YugabyteVersion right) => left.CompareTo(right) <= 0;
    public static bool operator >=(YugabyteVersion left, YugabyteVersion right) => left.CompareTo(right) >= 0;

    public override string ToString() =>
        $"{Major}.{Minor}.{Patch}.{Fix}{(Build is { } build ? $"-b{build}" : "")}";

    private static int Number(Match match, string group) =>
        match.Groups[group] is { Success: true } found
            ? int.Parse(found.Value, NumberStyles.None, CultureInfo.InvariantCulture)
            : 0;

    [GeneratedRegex(
        @"^v?(?<major>\d{1,5})\.(?<minor>\d{1,5})(\.(?<patch>\d{1,5}))?(\.(?<fix>\d{1,5}))?"
        + @"(-b(?<build>\d{1,6}))?\z",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Whole();
}

/// <summary>What a version of YugabyteDB, and of BMDB by the same numbers, can do and cannot.</summary>
internal static class YugabyteFeatures
{
    private static readonly YugabyteVersion NodesSafeOf220 = YugabyteVersion.Parse("2.20.3.0-b8");
    private static readonly YugabyteVersion NodesSafe = YugabyteVersion.Parse("2.21.0.0-b190");
    private static readonly YugabyteVersion SqlCatalog = YugabyteVersion.Parse("2.8");
    private static readonly YugabyteVersion Rollback = YugabyteVersion.Parse("2.20.2");
    private static readonly YugabyteVersion TargetFirst = YugabyteVersion.Parse("2.20");

    /// <summary>Whether AutoFlags exist: from the 2.17 previews and 2.18 on. The vendor's page for 2.16 is the same
    /// procedure without them, that for 2.18 has them (docs/project/research/yugabytedb.md#autoflags).</summary>
    public static bool HasAutoFlags(YugabyteVersion version) =>
        version >= new YugabyteVersion(2, 17, 0, 0, null);

    /// <summary>Whether the masters answer are_nodes_safe_to_take_down (2.20.3.0-b8, 2.21.0.0-b190;
    /// docs/project/research/yugabytedb.md#admin-tool). Whether the admin tool has the command its help says.</summary>
    public static bool HasNodesSafe(YugabyteVersion version) =>
        version.Series == "2.20" ? IsFrom(version, NodesSafeOf220) : IsFrom(version, NodesSafe);

    /// <summary>Whether the SQL catalogue of a cluster that came from <paramref name="from"/> is upgraded: from 2.8 on
    /// (docs/project/research/yugabytedb.md#procedure), and not by the previews 2.9 to 2.11, which cannot
    /// (docs/project/research/yugabytedb.md#yugabytedb-anywhere).</summary>
    public static bool UpgradesCatalog(YugabyteVersion from, YugabyteVersion to) =>
        from >= SqlCatalog && !(to.Major == 2 && to.Minor is 9 or 10 or 11);

    /// <summary>Whether the old programs may run again before the new version is made final (YugabyteDB from
    /// 2.20.2 on, never BMDB; docs/project/research/yugabytedb.md#procedure).</summary>
    public static bool CanRollBack(bool isBmdb, YugabyteVersion from) => !isBmdb && from >= Rollback;

    /// <summary>How replication is carried through: as the spec says, otherwise by the source version (before 2.20 both
    /// sides are paused; from then on the target goes first; docs/project/research/yugabytedb.md#procedure). BMDB
    /// always pauses both.</summary>
    public static ReplicationMode Replication(DatabaseRollingUpgradeSpec spec, YugabyteVersion from) =>
        spec.Yugabyte?.Replication.Mode ?? (spec.IsBmdb || from < TargetFirst
            ? ReplicationMode.PauseBothSides
            : ReplicationMode.TargetFirst);

    /// <summary>The major version of PostgreSQL that YSQL is: 15 from 2.25 and 2025.1 on, 11 before
    /// (docs/project/research/yugabytedb.md#ysql-major-versions).</summary>
    public static int PostgresMajor(YugabyteVersion version)
    {
        var has15 = version.Major >= 2025
            || (version.Major < 1000 && version >= new YugabyteVersion(2, 25, 0, 0, null));
        return has15 ? 15 : 11;
    }

    // A version without a build is of any: one that has the number of the first build counts as having what came with
    // it.
    private static bool IsFrom(YugabyteVersion version, YugabyteVersion first) =>
        version.Build is null ? version >= first with { Build = null } : version >= first;
}
