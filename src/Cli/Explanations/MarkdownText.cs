namespace Drydock.Cli.Explanations;

/// <summary>Markdown as the pages of this project use it, for a terminal: lines of markup.</summary>
internal static partial class MarkdownText
{
    public static IEnumerable<string> Lines(string markdown)
    {
        var isCode = false;
        foreach (var line in markdown.Split('\n'))
        {
            if (line.StartsWith("```", StringComparison.Ordinal))
            {
                isCode = !isCode;
                continue;
            }

            yield return isCode ? $"  [bold]{Texts.Escape(line)}[/]" : Texts.Emphasise(WithPages(line));
        }
    }

    /// <summary>The first paragraph, as plain text.</summary>
    public static string Opening(string markdown) =>
        string.Join(' ', markdown.Split('\n').TakeWhile(line => line.Length > 0).Select(Plain));

    // A page of this project keeps its address, other links their text. Stress is left to what is in backquotes.
    private static string WithPages(string line) => Plain(Link().Replace(line, found =>
        found.Groups["text"].Value + (found.Groups["page"] is { Success: true } page ? $" (docs/{page.Value})" : "")));

    private static string Plain(string line) =>
        Link().Replace(line, "${text}").Replace("**", "", StringComparison.Ordinal);

    [GeneratedRegex(
        @"\[(?<text>[^\]]*)\]\((\.\./(?<page>[^)]*)|[^)]*)\)",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        1000)]
    private static partial Regex Link();
}
