namespace Drydock.Reconcilers.Oms;

/// <summary>Takes what a terminal would act on (colours, carriage returns, control characters) out of a line of command
/// output.</summary>
internal static partial class TerminalText
{
    internal static string Clean(string line) => Control().Replace(Escape().Replace(line, ""), "");

    [GeneratedRegex(
        @"\u001b(\[[0-9;?]*[ -/]*[@-~]|\][^\u0007\u001b]*(\u0007|\u001b\\)|[@-Z\\^_])",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Escape();

    [GeneratedRegex(
        @"[\u0000-\u0008\u000b-\u001f\u007f]", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Control();
}
