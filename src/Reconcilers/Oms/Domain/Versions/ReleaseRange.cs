using System.Diagnostics.CodeAnalysis;

namespace Drydock.Reconcilers.Oms;

/// <summary>Releases from one to another, both included; bugfix packs and the edition do not count.</summary>
/// <param name="Low">The lowest release.</param>
/// <param name="High">The highest release.</param>
internal sealed record ReleaseRange(OmsVersion Low, OmsVersion High)
{
    private const string Dots = "..";

    /// <summary>Whether the release of a version is one of these.</summary>
    public bool Contains(OmsVersion version) =>
        version.CompareRelease(Low) >= 0 && version.CompareRelease(High) <= 0;

    /// <summary>Reads <c>4.2.8</c> or <c>4.2.0..4.2.8</c>.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out ReleaseRange? range)
    {
        range = null;
        var dots = text.IndexOf(Dots, StringComparison.Ordinal);
        var low = dots < 0 ? text : text[..dots];
        var high = dots < 0 ? text : text[(dots + Dots.Length)..];
        if (!IsRelease(low) || !IsRelease(high))
        {
            return false;
        }

        var read = new ReleaseRange(OmsVersion.Parse(low), OmsVersion.Parse(high));
        range = read.Low.CompareRelease(read.High) <= 0 ? read : null;
        return range is not null;
    }

    /// <summary>Whether a text is a release: three numbers, nothing else.</summary>
    public static bool IsRelease(string text) =>
        OmsVersion.TryParse(text, out var version) && string.Equals(version.Display, text, StringComparison.Ordinal)
            && version is { BugfixPack: 0, Community: false };

    /// <summary>As it is written.</summary>
    public override string ToString() => Low.IsSameRelease(High) ? Low.Display : $"{Low.Display}{Dots}{High.Display}";
}
