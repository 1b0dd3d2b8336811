namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Versions of TiDB's programs. Compared by number, never as text
/// (docs/project/research/tidb.md#tidb-ansible).</summary>
internal static class TiDbVersion
{
    /// <summary>The oldest version that may be rolled (docs/project/research/tidb.md#procedure).</summary>
    public static (int Major, int Minor, int Patch, int Stage) OldestToRoll { get; } = (2, 0, 1, Released);

    // A suffix such as -6-gabc counts commits after the release.
    private const int Released = int.MaxValue;

    private static readonly string[] Stages = ["alpha", "beta", "rc"];

    public static string Plain(string text)
    {
        text = text.Trim();
        return text.Length > 1 && text[0] is 'v' or 'V' ? text[1..] : text;
    }

    public static bool Same(string a, string b) =>
        string.Equals(Plain(a), Plain(b), StringComparison.OrdinalIgnoreCase);

    public static bool IsHigher(string version, string than) =>
        Parse(version) is { } one && Parse(than) is { } other && one.CompareTo(other) > 0;

    /// <summary>Whether TiKVs of a version and of 3.0 must not change replicas while they run together
    /// (tikv/tikv#8967).</summary>
    public static bool MixesEpochs(string from) => Parse(from) is { Major: < 3 };

    public static string TooHigh(string what, string version, string to) =>
        $"{what} is {version}, higher than {to} (spec.toVersion): PD refuses stores of a lower version. A store of a "
        + $"later version or of a nightly build has raised it. Choose {version} or a later version as spec.toVersion.";

    /// <summary>The numbers of a version, and its stage: rc.1 comes before the release.</summary>
    public static (int Major, int Minor, int Patch, int Stage)? Parse(string text)
    {
        var plain = Plain(text);
        var end = plain.IndexOfAny(['-', '+']);
        return Version.TryParse(end < 0 ? plain : plain[..end], out var numbers)
            ? (numbers.Major, numbers.Minor, Math.Max(numbers.Build, 0), Stage(end < 0 ? "" : plain[(end + 1)..]))
            : null;
    }

    private static int Stage(string suffix)
    {
        var stage = Array.FindIndex(Stages, s => suffix.StartsWith(s, StringComparison.OrdinalIgnoreCase));
        if (stage < 0)
        {
            return Released;
        }

        var digits = suffix[Stages[stage].Length..].TrimStart('.').TakeWhile(char.IsAsciiDigit);
        _ = int.TryParse(new string([.. digits]), NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        return (stage * 1000) + number;
    }

    private static bool IsDevelopment(string version) =>
        version.Contains("nightly", StringComparison.OrdinalIgnoreCase)
        || version.Contains("alpha", StringComparison.OrdinalIgnoreCase)
        || string.Equals(version, "latest", StringComparison.OrdinalIgnoreCase);

    /// <summary>Why this engine does not go from one version to the other; null if it does. From 2.0.1 on to a
    /// 3.0.</summary>
    public static string? Obstacle(string from, string to)
    {
        if (Array.Find([from, to], IsDevelopment) is { } build)
        {
            return $"{build} is a nightly build, and no upgrade from or to one is defined. Choose a released version";
        }

        if (Parse(from) is not { } old || Parse(to) is not { } target)
        {
            return $"fromVersion '{from}' or toVersion '{to}' is not a version; expected for instance 2.1.19";
        }

        if (old.CompareTo(OldestToRoll) < 0)
        {
            return $"{from} is older than 2.0.1 and cannot be upgraded process by process; "
                + "upgrade to 2.1 with the cluster stopped first";
        }

        if ((target.Major, target.Minor) != (3, 0))
        {
            return $"{to} is not a 3.0 version; this engine upgrades from 2.0.1 or later to a 3.0, and from one 3.0 to "
                + "a later one";
        }

        return target.CompareTo(old) <= 0
            ? $"{to} is not later than {from}: a lower version is refused by the cluster itself"
            : null;
    }
}
