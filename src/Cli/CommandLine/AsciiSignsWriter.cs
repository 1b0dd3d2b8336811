namespace Drydock.Cli.CommandLine;

/// <summary>Writes the signs of states in ASCII, for an output whose encoding does not have them: it would write "?"
/// for each, and a failed step would look as one that succeeded.</summary>
internal sealed class AsciiSignsWriter(TextWriter output) : TextWriter
{
    private static readonly Dictionary<char, string> Signs = new()
    {
        ['✔'] = "+",
        ['✖'] = "x",
        ['●'] = "*",
        ['○'] = "o",
        ['‖'] = "=",
        ['→'] = "->",
        ['·'] = "-",
    };

    public override Encoding Encoding => output.Encoding;

    public static TextWriter For(TextWriter output) =>
        output is AsciiSignsWriter || HasSigns(output.Encoding) ? output : new AsciiSignsWriter(output);

    public override void Write(char value) => Write($"{value}");

    public override void Write(string? value) => output.Write(Ascii(value));

    public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

    public override void Flush() => output.Flush();

    private static string Ascii(string? text) =>
        string.Concat((text ?? "").Select(c => Signs.GetValueOrDefault(c, $"{c}")));

    private static bool HasSigns(Encoding encoding)
    {
        var signs = string.Concat(Signs.Keys);
        return encoding.GetString(encoding.GetBytes(signs)) == signs;
    }
}
