namespace Drydock.Tests.Unit.Plugin.Casts;

/// <summary>Text with colours (SGR sequences) as a terminal shows it.</summary>
internal static partial class AnsiText
{
    private const int FirstBright = 8;

    /// <summary>The lines, each as its runs of one style from left to right. Runs are never empty.</summary>
    /// <exception cref="FormatException">The text has a sequence that is not a colour or weight of a terminal with 16
    /// colours.</exception>
    public static IReadOnlyList<IReadOnlyList<AnsiRun>> Lines(string text)
    {
        var style = new AnsiStyle(null, IsBold: false);
        var lines = new List<IReadOnlyList<AnsiRun>>();
        foreach (var line in text.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n'))
        {
            var runs = new List<AnsiRun>();
            var column = 0;
            foreach (Match part in Part().Matches(line))
            {
                if (part.Groups["codes"] is { Success: true } codes)
                {
                    style = codes.Value.Split(';').Aggregate(style, Next);
                    continue;
                }

                var words = part.Value;
                if (words.Any(char.IsControl) || words.Any(char.IsSurrogate))
                {
                    throw new FormatException($"A character of '{words}' has no fixed place in a terminal.");
                }

                runs.Add(new AnsiRun(column, words, style));
                column += words.Length;
            }

            lines.Add(runs);
        }

        return lines;
    }

    private static AnsiStyle Next(AnsiStyle style, string code) =>
        int.Parse($"0{code}", CultureInfo.InvariantCulture) switch
        {
            0 => new AnsiStyle(null, IsBold: false),
            1 => style with { IsBold = true },
            22 => style with { IsBold = false },
            39 => style with { Color = null },
            >= 30 and <= 37 and var dark => style with { Color = dark - 30 },
            >= 90 and <= 97 and var bright => style with { Color = bright - 90 + FirstBright },
            _ => throw new FormatException($"The sequence {code} is not known."),
        };

    [GeneratedRegex(@"\x1b\[(?<codes>[0-9;]*)m|[^\x1b]+|\x1b", RegexOptions.ExplicitCapture)]
    private static partial Regex Part();
}

/// <summary>Characters of one style, side by side.</summary>
/// <param name="Column">The column of the first one, from 0.</param>
/// <param name="Text">The characters.</param>
/// <param name="Style">How they look.</param>
internal sealed record AnsiRun(int Column, string Text, AnsiStyle Style);

/// <summary>How characters look.</summary>
/// <param name="Color">One of the 16 colours of a terminal; null for that of plain text.</param>
/// <param name="IsBold">Whether they are bold.</param>
internal readonly record struct AnsiStyle(int? Color, bool IsBold);
