namespace Drydock.Reconcilers.Upgrades;

/// <summary>Names of the objects a run makes beside itself: found again after any crash, and never another run's. Any
/// legal name of the run will do.</summary>
internal static class ObjectNames
{
    // What the server allows.
    private const int LongestName = 253;
    private const int LongestLabel = 63;
    private const int LongestStem = 150;

    /// <summary>What all of them begin with, at most 159 characters. Another object of the same name later has another
    /// uid.</summary>
    public static string Stem(V1ObjectMeta owner)
    {
        var name = owner.Name.Length > LongestStem ? owner.Name[..LongestStem].TrimEnd('-', '.') : owner.Name;
        return $"{name}-{(owner.Uid is { Length: >= 8 } uid ? uid[..8] : "00000000")}";
    }

    /// <summary>An object of the run's <see cref="Upgrades.Overflow"/>.</summary>
    /// <param name="what">What it holds: a word, or the id of a step.</param>
    /// <param name="suffix">What tells it from others of that kind: a hash, or a number.</param>
    public static string Overflow(V1ObjectMeta owner, string what, string suffix) =>
        Cut($"{Stem(owner)}-{what.Replace('/', '-').ToLowerInvariant()}-{suffix}", LongestName);

    /// <summary>What an attempt of a step makes. Number and id of the plan keep it from the name of all that was ever
    /// made.</summary>
    /// <param name="what">What it is; null for what the run is best known by.</param>
    public static string OfStep(V1ObjectMeta owner, StepContext context, string? what = null) => string.Join(
        '-', new[] { Stem(owner), context.Plan.Tag, what, $"{context.Step.Attempt}" }.OfType<string>());

    public static string Label(string name) => Cut(name, LongestLabel);

    // Of two long names that begin alike the hashes differ.
    public static string Cut(string name, int longest)
    {
        if (name.Length <= longest)
        {
            return name;
        }

        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..10];
        return $"{name[..(longest - hash.Length - 1)].TrimEnd('-', '.')}-{hash}";
    }
}
