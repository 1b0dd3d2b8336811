using System.Globalization;
using Drydock.Abstractions.Entities;

namespace Drydock.Reconcilers.Common.Runs;

/// <summary>Names of the objects a run makes beside itself: found again after any crash, and never another run's.</summary>
internal static class ObjectNames
{
    private const int LongestStem = 150;

    /// <summary>What all of them begin with. Another object of the same name later has another uid.</summary>
    public static string Stem(V1ObjectMeta owner)
    {
        var name = owner.Name.Length > LongestStem ? owner.Name[..LongestStem].TrimEnd('-', '.') : owner.Name;
        return $"{name}-{(owner.Uid is { Length: >= 8 } uid ? uid[..8] : "00000000")}";
    }

    /// <summary>The Secret with the output of a step's attempt.</summary>
    public static string Output(V1ObjectMeta owner, string stepId, int attempt) =>
        string.Create(CultureInfo.InvariantCulture, $"{Stem(owner)}-{stepId.Replace('/', '-').ToLowerInvariant()}-{attempt}");
}
