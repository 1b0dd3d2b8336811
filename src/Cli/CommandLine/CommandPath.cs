namespace Drydock.Cli.CommandLine;

/// <summary>A command as the user types it: <c>kubectl drydock init oms</c>.</summary>
internal static class CommandPath
{
    public const string Plugin = "kubectl drydock";

    public static string Of(ParseResult parsed) => Of(parsed.CommandResult);

    private static string Of(CommandResult result) =>
        result.Parent is CommandResult parent ? $"{Of(parent)} {result.Command.Name}" : Plugin;
}
