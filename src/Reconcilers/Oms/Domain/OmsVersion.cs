namespace Drydock.Reconcilers.Oms;

/// <summary>A version of OMS: three numbers and, where there is one, the number of the bugfix pack (BP). A version
/// without a BP sorts before its BP1. Read from <c>3.2.2-bp2</c>, <c>V4.2.2</c>, <c>4.2.2_BP1</c>,
/// <c>4.2.7-ce</c>.</summary>
/// <param name="BugfixPack">Number of the bugfix pack; 0 for none.</param>
internal sealed partial record OmsVersion(
    int Major, int Minor, int Patch, int BugfixPack = 0, bool Community = false) : IComparable<OmsVersion>
{
    /// <summary>Canonical text: <c>3.2.2-bp2</c>, <c>4.2.7-ce</c>.</summary>
    public string Display =>
        $"{Major}.{Minor}.{Patch}{(BugfixPack > 0 ? $"-bp{BugfixPack}" : "")}{(Community ? "-ce" : "")}";

    public OmsVersion Release => this with { BugfixPack = 0 };

    public OmsVersion AsCommunity() => this with { Community = true };

    /// <summary>Whether the three numbers are those of the other version, whatever the bugfix packs and the
    /// suffix.</summary>
    public bool IsSameRelease(OmsVersion other) => CompareRelease(other) == 0;

    /// <summary>Whether the bugfix pack is the same, too.</summary>
    public bool IsSame(OmsVersion other) => IsSameRelease(other) && BugfixPack == other.BugfixPack;

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
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Pattern();
}

/// <summary>The table of the rm database in which docker_init.sh of newer releases looks for the version before the
/// upgrade (docs/project/research/oms.md#metadata-tables). Pure.</summary>
internal static class VersionTable
{
    public const string Name = "oms_version";

    /// <summary>A version as the vendor spells it there, without bugfix pack.</summary>
    public static string Spelt(OmsVersion version) =>
        version.Release.Display.Replace("-ce", "-CE", StringComparison.Ordinal);

    public static string Write(string rmDatabase, OmsVersion version)
    {
        var table = Sql.Table(rmDatabase, Name);
        return $"CREATE TABLE IF NOT EXISTS {table} (`version` varchar(64) NOT NULL, `gmt_modified` timestamp NOT NULL "
            + "DEFAULT CURRENT_TIMESTAMP, PRIMARY KEY (`version`)) DEFAULT CHARSET = utf8mb4; REPLACE INTO "
            + $"{table}(`version`) VALUES('{Spelt(version)}');";
    }
}

/// <summary>The version that a container reports: <c>imageVersion</c> in its supervisor.json, which "records the image
/// version" (how it is filled is not documented; docs/project/research/oms.md#programs), otherwise the name of its
/// image.</summary>
/// <param name="Said">Null if neither says it.</param>
/// <param name="By">What said it.</param>
internal sealed record ContainerVersion(OmsVersion? Said, string By)
{
    public const string File = "/home/ds/supervisor/config/supervisor.json";
    private const int Longest = 1024 * 1024;

    public static async Task<ContainerVersion> ReadAsync(
        DockerClient docker, InspectedContainer container, CancellationToken cancellationToken)
    {
        var named = new ContainerVersion(
            ImageNames.VersionOf(container.Config.Image), $"the name of its image, {container.Config.Image}");
        var file = await docker.Containers.ReadFileAsync(container.ID, File, Longest, cancellationToken);
        return Read(file) is { } inside && !IsMoreExact(named.Said, inside)
            ? new ContainerVersion(inside, File)
            : named;
    }

    // The file may leave out the bugfix pack that the name of the image has.
    private static bool IsMoreExact(OmsVersion? named, OmsVersion inside) =>
        named is { BugfixPack: > 0 } && inside.BugfixPack == 0 && named.IsSameRelease(inside);

    internal static OmsVersion? Read(byte[]? json)
    {
        try
        {
            var text = json is null
                ? null
                : JsonSerializer.Deserialize(json, OmsFilesJson.Default.SupervisorFile)?.ImageVersion;
            return OmsVersion.TryParse(
                text?.Replace("feature_", "", StringComparison.OrdinalIgnoreCase), out var version)
                ? version
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>The version in the name of an image that follows the vendor's naming: <c>oms:feature_4.2.2</c>,
/// <c>oms:feature_3.3.1_ce</c>, <c>oms-ce:4.2.11</c>. Tags of a private registry follow other rules
/// (<c>base/oms-with-agent:1.0.3</c>, <c>oms:2024.01.15</c>) and name no version of OMS.</summary>
internal static class ImageNames
{
    private const string Prefix = "feature_";
    private const int LowestMajor = 2;
    private const int HighestMajor = 9;

    private static readonly string[] Community = ["oms-ce", "oms_ce"];

    public static OmsVersion? VersionOf(string? image)
    {
        var (repository, tag) = Split(image ?? "");
        var isCommunity = Community.Any(end => repository.EndsWith(end, StringComparison.OrdinalIgnoreCase));
        if (tag.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
        {
            tag = tag[Prefix.Length..];
        }
        else if (!isCommunity && !repository.EndsWith("oms", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        return OmsVersion.TryParse(tag, out var version) && version.Major is >= LowestMajor and <= HighestMajor
            ? isCommunity ? version.AsCommunity() : version
            : null;
    }

    public static string? Contradiction(string image, UpgradePath.Allowed path)
    {
        if (VersionOf(image) is not { } version)
        {
            return null;
        }

        if (!version.IsSameRelease(path.To))
        {
            return $"Image {image} is named after version {version}, but spec.toVersion is {path.To}. "
                + "Correct one of them.";
        }

        return version.Community && path.Edition == OmsEdition.Enterprise
            ? $"Image {image} is named after the Community edition, but spec.edition is Enterprise. "
                + "Correct one of them."
            : null;
    }

    public static bool IsOfRepository(string image, string end) =>
        Split(image).Repository.Split('/')[^1].Equals(end, StringComparison.OrdinalIgnoreCase);

    private static (string Repository, string Tag) Split(string image)
    {
        var name = image.Split('@')[0];
        var colon = name.LastIndexOf(':');
        return colon > name.LastIndexOf('/') ? (name[..colon], name[(colon + 1)..]) : (name, "");
    }
}
