namespace Drydock.Cli.CommandLine;

/// <summary>Words of a command that a user pastes into a shell.</summary>
internal static partial class ShellWord
{
    /// <summary>The text as one word: as it is if no shell changes it, otherwise quoted.</summary>
    public static string Quote(string text) =>
        Plain().IsMatch(text) ? text
        : OperatingSystem.IsWindows() ? $"\"{text}\""
        : $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    [GeneratedRegex(@"^[-A-Za-z0-9_@%+=:,./\\]+$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Plain();
}
