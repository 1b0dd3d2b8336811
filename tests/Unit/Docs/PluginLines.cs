namespace Drydock.Tests.Unit.Docs;

/// <summary>The commands of <c>kubectl drydock</c> on a page: in fenced blocks of commands, and in
/// backquotes.</summary>
internal static partial class PluginLines
{
    private const string Plugin = "kubectl drydock";

    /// <summary>The commands in fenced blocks without a language, or of sh and bash: the arguments of each.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> InBlocks(string page) =>
    [
        .. Fence.In(page)
            .Where(fence => fence.IsCommand)
            .SelectMany(fence => fence.Text.Replace("\\\n", " ", StringComparison.Ordinal).Split('\n'))
            .SelectMany(Commands),
    ];

    /// <summary>The commands in backquotes in the text: the arguments of each. <c>kubectl drydock</c> alone is a
    /// name.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> InText(string page) =>
    [
        .. Code().Matches(Fence.RemovedFrom(page)).SelectMany(code => Commands(code.Groups["text"].Value))
            .Where(c => c.Count > 0),
    ];

    /// <summary>Lines that kubectl refuses, because an option comes before the name of a plugin.</summary>
    public static IReadOnlyList<string> Misplaced(string page) => [.. OptionFirst().Matches(page).Select(m => m.Value)];

    private static IEnumerable<IReadOnlyList<string>> Commands(string line)
    {
        for (var at = line.IndexOf(Plugin, StringComparison.Ordinal); at >= 0; at = line.IndexOf(
            Plugin, at + 1, StringComparison.Ordinal))
        {
            yield return Arguments(line[(at + Plugin.Length)..]);
        }
    }

    // As a shell splits them, up to the end of the command. What a shell would insert stays as it is written.
    private static List<string> Arguments(string text)
    {
        var arguments = new List<string>();
        var word = new StringBuilder();
        var (quote, depth, isWord) = ('\0', 0, false);
        foreach (var c in text)
        {
            if (quote == '\0' && depth == 0 && (c is '|' or ';' or '<' or '>' or '&' or ')' || (c == '#' && !isWord)))
            {
                break;
            }

            if (quote == '\0' && c is '\'' or '"' or '`')
            {
                (quote, isWord) = (c, true);
            }
            else if (quote == c)
            {
                quote = '\0';
            }
            else if (c == ' ' && quote == '\0' && depth == 0)
            {
                Take();
            }
            else
            {
                depth += c == '(' ? 1 : c == ')' ? -1 : 0;
                word.Append(c);
                isWord = true;
            }
        }

        Take();
        return arguments;

        void Take()
        {
            if (isWord)
            {
                arguments.Add(word.ToString());
                word.Clear();
                isWord = false;
            }
        }
    }

    [GeneratedRegex("`(?<text>[^`\n]+)`", RegexOptions.ExplicitCapture)]
    private static partial Regex Code();

    [GeneratedRegex(@"kubectl( -\S+( [^\s-]\S*)?)+ drydock(?=\s|`|$)", RegexOptions.ExplicitCapture)]
    private static partial Regex OptionFirst();
}
