using System.Text.RegularExpressions;

namespace Drydock.Tests;

/// <summary>A fenced block of a page of the documentation.</summary>
/// <param name="Language">The word after the fence; empty without one.</param>
/// <param name="Text">What stands in it, with the last end of line.</param>
internal sealed partial record Fence(string Language, string Text)
{
    /// <summary>Whether a reader types what stands in it.</summary>
    public bool IsCommand => Language is "" or "sh" or "bash";

    /// <summary>The blocks of a page.</summary>
    /// <param name="page">Its text.</param>
    public static IReadOnlyList<Fence> In(string page) =>
        [.. Block().Matches(page).Select(m => new Fence(m.Groups["language"].Value, m.Groups["text"].Value))];

    /// <summary>A page without its blocks.</summary>
    /// <param name="page">Its text.</param>
    public static string RemovedFrom(string page) => Block().Replace(page, "");

    [GeneratedRegex(
        "^```(?<language>[A-Za-z]*)\n(?<text>.*?)^```$",
        RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Block();
}
