using System.Text.RegularExpressions;

namespace Drydock.Lab;

/// <summary>A fenced block of a page of the documentation, and what a test changes in it.</summary>
/// <remarks>
/// A block is run if it has no language, or <c>sh</c> or <c>bash</c>. Comments directly before the fence, which a
/// reader of the page does not see, tell how the lab differs. Each ends with a semicolon and the reason:
/// <list type="bullet">
/// <item><c>&lt;!-- test: FROM => TO; REASON --&gt;</c> replaces a text, which must occur;</item>
/// <item><c>&lt;!-- test: before COMMAND; REASON --&gt;</c> and <c>after COMMAND</c> run a command next to the
/// block;</item>
/// <item><c>&lt;!-- test: skip; REASON --&gt;</c> does not run the block.</item>
/// </list>
/// A <c>console</c> block directly after commands has what they print (<see cref="ShownOutput"/>), unless it begins
/// with the prompt <c>$ </c>.
/// </remarks>
public sealed partial record PageBlock
{
    /// <summary>Path of the page.</summary>
    public required string Page { get; init; }

    /// <summary>How many blocks of the page stand before it.</summary>
    public required int Number { get; init; }

    /// <summary>File name of the page and line of the fence, for instance <c>install.md:12</c>.</summary>
    public required string Place { get; init; }

    /// <summary>The word after the fence; empty without one.</summary>
    public required string Language { get; init; }

    /// <summary>The text as a reader sees it.</summary>
    public required string Text { get; init; }

    /// <summary>The heading above it.</summary>
    public required string Heading { get; init; }

    /// <summary>The text that a test runs; null if it runs nothing.</summary>
    public required string? Script { get; init; }

    /// <summary>The block directly after it, with what its commands print; null without one.</summary>
    public string? Shown { get; init; }

    /// <summary>Where <see cref="Shown"/> begins in the text of the page.</summary>
    public int ShownAt { get; init; }

    /// <summary>Reads the blocks of a page.</summary>
    /// <exception cref="LabException">A marker has no reason, belongs to no block, or replaces a text that does not
    /// occur.</exception>
    public static IReadOnlyList<PageBlock> Read(string path)
    {
        var name = Path.GetFileName(path);
        var text = File.ReadAllText(path) + "\n";
        var blocks = new List<PageBlock>();
        var markers = new List<string>();
        var heading = "";
        var follows = false;
        for (var at = 0; at < text.Length;)
        {
            var end = text.IndexOf('\n', at);
            var line = text[at..end];
            var place = $"{name}:{text[..at].Count(c => c == '\n') + 1}";
            if (line.StartsWith("<!-- test: ", StringComparison.Ordinal))
            {
                end = text.IndexOf("-->", at, StringComparison.Ordinal) is var close and >= 0
                    ? close
                    : throw new LabException($"{place}: the comment does not end");
                markers.Add(text[(at + "<!-- test: ".Length)..end].Trim());
                end = text.IndexOf('\n', end);
            }
            else if (Fence().Match(line) is { Success: true } fence)
            {
                var last = text.IndexOf($"\n{fence.Groups["mark"].Value}\n", end, StringComparison.Ordinal)
                    is var found and >= 0
                    ? found
                    : throw new LabException($"{place}: the block does not end");
                var content = last > end ? text[(end + 1)..last] : "";
                var language = fence.Groups["language"].Value;
                if (follows && language == "console" && !content.StartsWith("$ ", StringComparison.Ordinal))
                {
                    blocks[^1] = blocks[^1] with { Shown = content, ShownAt = end + 1 };
                }

                blocks.Add(new PageBlock
                {
                    Page = path,
                    Number = blocks.Count,
                    Place = place,
                    Language = language,
                    Text = content,
                    Heading = heading,
                    Script = language is "" or "sh" or "bash" ? Changed(content, markers, place) : null,
                });
                follows = blocks[^1].Script is not null;
                markers.Clear();
                end = last + fence.Groups["mark"].Value.Length + 1;
            }
            else if (line.Trim().Length > 0 && markers.Count > 0)
            {
                throw new LabException($"{place}: 'test: {markers[0]}' does not stand before a fenced block");
            }
            else if (line.Trim().Length > 0)
            {
                follows = false;
                heading = line.StartsWith('#') ? line.TrimStart('#').Trim() : heading;
            }

            at = end + 1;
        }

        return markers.Count == 0
            ? blocks
            : throw new LabException($"{name}: 'test: {markers[0]}' does not stand before a fenced block");
    }

    private static string? Changed(string script, List<string> markers, string place)
    {
        foreach (var marker in markers)
        {
            var semicolon = marker.LastIndexOf(';');
            if (semicolon <= 0 || marker[(semicolon + 1)..].Trim().Length == 0)
            {
                throw new LabException($"{place}: 'test: {marker}' gives no reason after a semicolon");
            }

            var change = marker[..semicolon].Trim();
            if (change == "skip")
            {
                return null;
            }

            if (Command().Match(change) is { Success: true } command)
            {
                var text = command.Groups["command"].Value;
                script = command.Groups["when"].Value == "before" ? $"{text}\n{script}" : $"{script}\n{text}";
            }
            else if (change.Split(" => ", 2) is [var from, var to] && script.Contains(from, StringComparison.Ordinal))
            {
                script = script.Replace(from, to, StringComparison.Ordinal);
            }
            else
            {
                throw new LabException(
                    $"{place}: 'test: {marker}' is neither skip, before, after nor a replacement of a text that occurs "
                    + "in the block");
            }
        }

        return script;
    }

    [GeneratedRegex(
        @"\A(?<when>before|after)\s+(?<command>.*)\z", RegexOptions.ExplicitCapture | RegexOptions.Singleline)]
    private static partial Regex Command();

    [GeneratedRegex("^(?<mark>```+)(?<language>[A-Za-z]*)$", RegexOptions.ExplicitCapture)]
    private static partial Regex Fence();
}
