namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>A version of YugabyteDB: 2.18.4.0-b52, or less of it (2.18.4). Absent numbers are 0; an absent build is any
/// build. Even minor numbers below 1000 are stable releases, odd ones previews; releases named after a year are stable
/// (docs/research/yugabytedb.md#procedure).</summary>
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

    public string Series => string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}");

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
            Number(match, "major"),
            Number(match, "minor"),
            Number(match, "patch"),
            Number(match, "fix"),
            match.Groups["build"].Success ? Number(match, "build") : null);
        return true;
    }

    public bool Covers(YugabyteVersion running) =>
        SameNumbers(running) && (Build is null || Build == running.Build);

    public int CompareTo(YugabyteVersion? other) =>
        other is null
            ? 1
            : (Major, Minor, Patch, Fix, Build ?? 0).CompareTo(
                (other.Major, other.Minor, other.Patch, other.Fix, other.Build ?? 0));

    public static bool operator <(YugabyteVersion left, YugabyteVersion right) => Compare(left, right) < 0;

    public static bool operator >(YugabyteVersion left, YugabyteVersion right) => Compare(left, right) > 0;

    public static bool operator <=(YugabyteVersion left, YugabyteVersion right) => Compare(left, right) <= 0;

    public static bool operator >=(YugabyteVersion left, YugabyteVersion right) => Compare(left, right) >= 0;

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}.{Patch}.{Fix}")
            + (Build is { } build ? string.Create(CultureInfo.InvariantCulture, $"-b{build}") : "");

    private bool SameNumbers(YugabyteVersion other) =>
        (Major, Minor, Patch, Fix) == (other.Major, other.Minor, other.Patch, other.Fix);

    private static int Compare(YugabyteVersion left, YugabyteVersion right) =>
        left.CompareTo(right);

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
