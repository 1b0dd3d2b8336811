using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// A version of OMS: three numbers and, where there is one, the number of the bugfix pack (BP). A version without a BP
/// sorts before its BP1. Read from <c>3.2.2-bp2</c>, <c>V4.2.2</c>, <c>4.2.2_BP1</c>, <c>4.2.7-ce</c>.
/// </summary>
internal sealed partial record OmsVersion : IComparable<OmsVersion>
{
    /// <summary>Creates a version.</summary>
    /// <param name="major">First number.</param>
    /// <param name="minor">Second number.</param>
    /// <param name="patch">Third number.</param>
    /// <param name="bugfixPack">Number of the bugfix pack; 0 for none.</param>
    /// <param name="community">Whether the text said <c>-ce</c>.</param>
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

    /// <summary>First number.</summary>
    public int Major { get; }

    /// <summary>Second number.</summary>
    public int Minor { get; }

    /// <summary>Third number.</summary>
    public int Patch { get; }

    /// <summary>Number of the bugfix pack; 0 for none.</summary>
    public int BugfixPack { get; }

    /// <summary>True if the text said <c>-ce</c>.</summary>
    public bool Community { get; }

    /// <summary>Canonical text: <c>3.2.2-bp2</c>, <c>4.2.7-ce</c>.</summary>
    public string Display => string.Create(
        CultureInfo.InvariantCulture,
        $"{Major}.{Minor}.{Patch}{(BugfixPack > 0 ? $"-bp{BugfixPack}" : "")}{(Community ? "-ce" : "")}");

    /// <summary>The version without its bugfix pack, as upgrade paths name it.</summary>
    public OmsVersion Release => new(Major, Minor, Patch, 0, Community);

    /// <summary>The same version of the Community edition, whether or not the text said <c>-ce</c>.</summary>
    public OmsVersion AsCommunity() =>
        Community ? this : new OmsVersion(Major, Minor, Patch, BugfixPack, community: true);

    /// <summary>
    /// Whether the three numbers are those of the other version, whatever the bugfix packs and the suffix.
    /// </summary>
    public bool IsSameRelease(OmsVersion other) => CompareRelease(other) == 0;

    /// <summary>Compares the three numbers only, whatever the bugfix packs and the suffix.</summary>
    public int CompareRelease(OmsVersion other) =>
        (Major, Minor, Patch).CompareTo((other.Major, other.Minor, other.Patch));

    /// <summary>Reads a version; throws <see cref="FormatException"/> saying what was expected.</summary>
    public static OmsVersion Parse(string text) => TryParse(text, out var version)
        ? version
        : throw new FormatException(
            $"'{text}' is not an OMS version; expected for instance 3.2.2, 3.2.2-bp2 or 4.2.7-ce.");

    /// <summary>Reads a version.</summary>
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

    /// <summary>Whether the left one is older.</summary>
    public static bool operator <(OmsVersion? left, OmsVersion? right) =>
        Comparer<OmsVersion>.Default.Compare(left, right) < 0;

    /// <summary>Whether the left one is older or the same.</summary>
    public static bool operator <=(OmsVersion? left, OmsVersion? right) =>
        Comparer<OmsVersion>.Default.Compare(left, right) <= 0;

    /// <summary>Whether the left one is newer.</summary>
    public static bool operator >(OmsVersion? left, OmsVersion? right) =>
        Comparer<OmsVersion>.Default.Compare(left, right) > 0;

    /// <summary>Whether the left one is newer or the same.</summary>
    public static bool operator >=(OmsVersion? left, OmsVersion? right) =>
        Comparer<OmsVersion>.Default.Compare(left, right) >= 0;

    /// <summary>Same as <see cref="Display"/>.</summary>
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
