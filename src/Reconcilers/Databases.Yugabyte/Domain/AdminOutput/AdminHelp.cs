namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>The commands an admin tool lists when it is asked for help: lines with an optional number or mark, the
/// command, and its arguments. The abilities of a version and the order of the arguments of a command are read from it
/// (docs/research/yugabytedb.md#admin-tool).</summary>
internal sealed class AdminHelp
{
    private const string NodesSafe = "are_nodes_safe_to_take_down";
    private readonly IReadOnlyDictionary<string, string> _commands;

    private AdminHelp(IReadOnlyDictionary<string, string> commands) => _commands = commands;

    /// <summary>Reads it. Help that lists no command means that nothing is known of the tool.</summary>
    public static AdminHelp Parse(string output)
    {
        var commands = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in AdminLines.Of(output))
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var at = words.Length > 1 && IsMark(words[0]) ? 1 : 0;
            if (words.Length > at && IsCommand(words[at]))
            {
                commands.TryAdd(words[at], string.Join(' ', words[(at + 1)..]));
            }
        }

        return new AdminHelp(commands);
    }

    /// <summary>Whether any command was found: otherwise nothing can be said of one that was not.</summary>
    public bool IsKnown => _commands.Count > 0;

    public bool Has(string command) => _commands.ContainsKey(command);

    public NodesSafeForm NodesSafeForm =>
        !_commands.TryGetValue(NodesSafe, out var arguments) ? NodesSafeForm.Absent
        : arguments.Contains("master", StringComparison.OrdinalIgnoreCase) ? NodesSafeForm.TserversAndMasters
        : NodesSafeForm.Servers;

    private static bool IsMark(string word) =>
        word == "*" || (char.IsAsciiDigit(word[0]) && word.TrimEnd('.', ')').All(char.IsAsciiDigit));

    // Commands are of lower case letters, digits and underscores, with at least one underscore: other words of a help
    // text are not.
    private static bool IsCommand(string word) =>
        word.Contains('_', StringComparison.Ordinal)
            && char.IsAsciiLetterLower(word[0])
            && word.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_');
}

/// <summary>How are_nodes_safe_to_take_down wants its arguments, which has changed between versions
/// (docs/research/yugabytedb.md#admin-tool).</summary>
internal enum NodesSafeForm
{
    Absent,

    Servers,

    TserversAndMasters,
}
