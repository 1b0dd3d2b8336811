using System.Collections.Concurrent;

namespace Drydock.Tests.Unit.Docs;

/// <summary>What a link to a page may name after #.</summary>
internal static partial class PageAnchors
{
    private static readonly ConcurrentDictionary<string, IReadOnlySet<string>> Known = new(StringComparer.Ordinal);

    /// <summary>The headings as the usual Markdown viewers name them, and the anchors that a page sets
    /// itself.</summary>
    /// <param name="path">Path of the page.</param>
    public static IReadOnlySet<string> Of(string path) => Known.GetOrAdd(path, static page => new HashSet<string>(
    [
        .. File.ReadLines(page).Where(line => line.StartsWith('#')).Select(Heading),
        .. OwnAnchor().Matches(File.ReadAllText(page)).Select(m => m.Groups["id"].Value),
    ],
    StringComparer.Ordinal));

    private static string Heading(string line) =>
        NotInAnchors().Replace(line.TrimStart('#').Trim().ToLowerInvariant(), "").Replace(' ', '-');

    [GeneratedRegex("<a id=\"(?<id>[a-z]+)\">")]
    private static partial Regex OwnAnchor();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchors();
}
