namespace Drydock.Reconcilers.Oms;

/// <summary>A version of OMS: three numbers and, where there is one, the number of the bugfix pack (BP). A version
/// without a BP sorts before its BP1. Read from <c>3.2.2-bp2</c>, <c>V4.2.2</c>, <c>4.2.2_BP1</c>,
/// <c>4.2.7-ce</c>.</summary>
internal sealed partial record OmsVersion : IComparable<OmsVersion>
{
    /// <summary>Creates a version.</summary>
    /// <param name="bugfixPack">Number of the bugfix pack; 0 for none.</param>
    public OmsVersion(int major, int minor, int patch, int bugfixPack = 0, bool community = false)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(major);
        ArgumentOutOfRangeException.ThrowIfNegative(minor);
        ArgumentOutOfRangeException.ThrowIfNegative(patch);
        ArgumentOutOfRangeException.ThrowIfNegative(bugfixPack);
        Major = major;
        Minor = minor;
        Patch = patch;
        BugfixPack = bugfixPack;
        Community = community;
    }

    public int Major { get; }

    public int Minor { get; }

    public int Patch { get; }

    /// <summary>Number of the bugfix pack; 0 for none.</summary>
    public int BugfixPack { get; }

    public bool Community { get; }

    /// <summary>Canonical text: <c>3.2.2-bp2</c>, <c>4.2.7-ce</c>.</summary>
    public string Display => string.Create(
        CultureInfo.InvariantCulture,
        $"{Major}.{Minor}.{Patch}{(BugfixPack > 0 ? $"-bp{BugfixPack}" : "")}{(Community ? "-ce" : "")}");

    public OmsVersion Release => new(Major, Minor, Patch, 0, Community);

    public OmsVersion AsCommunity() =>
        Community ? this : new OmsVersion(Major, Minor, Patch, BugfixPack, community: true);

    /// <summary>Whether the three numbers are those of the other version, whatever the bugfix packs and the
    /// suffix.</summary>
    public bool IsSameRelease(OmsVersion other) => CompareRelease(other) == 0;

    public int CompareRelease(OmsVersion other) =>
        (Major, Minor, Patch).CompareTo((other.Major, other.Minor, other.Patch));

    public static OmsVersion Parse(string text) => TryParse(text, out var version)
        ? version
        : throw new FormatException(
            $"'{text}' is not an OMS version; expected for instance 3.2.2, 3.2.2-bp2 or 4.2.7-ce.");

    public static bool TryParse(string? text, [NotNullWhen(true)] out OmsVersion? version)
    {
        version = null;
        var match = text is null ? Match.Empty : Pattern().Match(text.Trim());
        if (!match.Success
            || !Number(match, "major", out var major)
            || !Number(match, "minor", out var minor)
            || !Number(match, "patch", out var patch)
            || !Number(match, "bp", out var bugfixPack))
        {
            return false;
        }

        version = new OmsVersion(major, minor, patch, bugfixPack, match.Groups["ce"].Success);
        return true;
    }

    /// <summary>Compares the numbers, then the bugfix packs, then Enterprise before Community.</summary>
    public int CompareTo(OmsVersion? other) => other is null
        ? 1
        : (Major, Minor, Patch, BugfixPack, Community)
            .CompareTo((other.Major, other.Minor, other.Patch, other.BugfixPack, other.Community));

    public static bool operator <(OmsVersion? left, OmsVersion? right) =>
        Comparer<OmsVersion>.Default.Compare(left, right) < 0;

    public static bool operator <=(OmsVersion? left, OmsVersion? right) =>
        Comparer<OmsVersion>.Default.Compare(left, right) <= 0;

    public static bool operator >(OmsVersion? left, OmsVersion? right) =>
        Comparer<OmsVersion>.Default.Compare(left, right) > 0;

    public static bool operator >=(OmsVersion? left, OmsVersion? right) =>
        Comparer<OmsVersion>.Default.Compare(left, right) >= 0;

    public override string ToString() => Display;

    private static bool Number(Match match, string group, out int number)
    {
        number = 0;
        return !match.Groups[group].Success
            || int.TryParse(match.Groups[group].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }

    [GeneratedRegex(
        @"^[vV]?(?<major>[0-9]+)\.(?<minor>[0-9]+)\.(?<patch>[0-9]+)"
            + @"([._-]?[bB][pP](?<bp>[0-9]+))?(?<ce>[._-][cC][eE])?\z",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Pattern();
}
