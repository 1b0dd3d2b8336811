using System.Text.RegularExpressions;

namespace Drydock.Lab.Upgrades;

/// <summary>
/// Ids that differ from run to run: of objects, containers, commands, namespaces and claims. They are removed from
/// texts that are compared or kept.
/// </summary>
public static partial class GeneratedIds
{
    /// <summary>The text with each of the ids replaced by <c>…</c>.</summary>
    public static string Hide(string text) => Ids().Replace(text, "…");

    [GeneratedRegex(
        "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{12,64}|oms-[a-z0-9]{6}(?=/)|"
        + "(?<=-)[0-9a-f]{8}(-[0-9]+-[0-9a-z]{8})?(?=[-/.\\s]|$)",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Ids();
}
