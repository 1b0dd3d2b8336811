namespace Drydock.Cli.CommandLine;

/// <summary>What is wrong with a command line, as one sentence with the nearest right word. The sentences of
/// System.CommandLine name types of .NET.</summary>
internal static class WrongUsage
{
    public static string Explain(ParseResult parsed)
    {
        var missing = parsed.CommandResult.Command.Options.FirstOrDefault(
            o => o.Required && parsed.GetResult(o) is not { IdentifierTokenCount: > 0 });
        var problem = parsed.UnmatchedTokens is [var unknown, ..] ? Unknown(unknown, parsed.CommandResult)
            : missing is not null ? $"{missing.Name} is missing."
            : Explain(parsed.Errors[0]);
        return $"{problem} See `{HelpPage.PathOf(parsed.CommandResult)} --help`.";
    }

    /// <summary>Refuses every word but some, of an option or an argument.</summary>
    public static Action<SymbolResult> AcceptOnly(string name, IReadOnlyList<string> words) => result =>
    {
        if (result.Tokens is [{ Value: { Length: > 0 } value }] && !words.Contains(value, StringComparer.Ordinal))
        {
            result.AddError(
                $"{name} is '{value}'; expected is {string.Join(", ", words.SkipLast(1))} or {words[^1]}.");
        }
    };

    /// <summary>Lets a command and those below it refuse what would otherwise be taken for an argument, and values that
    /// are empty.</summary>
    public static void Refuse(Command command)
    {
        foreach (var argument in command.Arguments)
        {
            argument.Validators.Add(static result =>
            {
                if (result.Tokens.FirstOrDefault(t => t.Value.StartsWith('-') && t.Value.Length > 1) is { } option)
                {
                    result.AddError(Unknown(option.Value, (CommandResult)result.Parent!));
                }
            });
        }

        foreach (var option in command.Options)
        {
            option.Validators.Add(static result =>
            {
                if (result.Tokens.Any(t => t.Value.Length == 0))
                {
                    result.AddError($"{result.Option.Name} is empty.");
                }
            });
        }

        foreach (var subcommand in command.Subcommands)
        {
            Refuse(subcommand);
        }
    }

    private static string Explain(ParseError error)
    {
        if (error.SymbolResult is ArgumentResult { Tokens.Count: 0, Parent: CommandResult } missing)
        {
            return $"{missing.Argument.Name.ToUpperInvariant()} is missing.";
        }

        if ((error.SymbolResult as OptionResult ?? error.SymbolResult?.Parent as OptionResult) is not { } option)
        {
            return error.Message;
        }

        var name = option.Option.Name;
        return option.IdentifierTokenCount > 1 && option.Option.Arity.MaximumNumberOfValues == 1
                ? $"{name} is given twice. Give it once."
            : option.Tokens.Count == 0 && option.Option.Arity.MinimumNumberOfValues > 0 ? $"{name} needs a value."
            : option.Option.ValueType == typeof(int)
                && option.Tokens is [{ Value: { Length: > 0 } value }]
                && !int.TryParse(value, CultureInfo.InvariantCulture, out _)
                ? $"{name} is '{value}'; expected is a whole number."
            : error.Message;
    }

    private static string Unknown(string token, CommandResult result)
    {
        var isOption = token.StartsWith('-');
        var known = isOption
            ? Parents(result).SelectMany(c => c.Command.Options.Where(o => c == result || o.Recursive))
                .SelectMany(o => o.Aliases.Prepend(o.Name))
            : result.Command.Subcommands.Where(c => !c.Hidden).Select(c => c.Name);
        return !isOption && result.Command.Subcommands.Count == 0
            ? $"{token} is one argument too many for {HelpPage.PathOf(result)}."
            : $"There is no {(isOption ? "option" : "command")} {token}."
                + NearestWords.Question(NearestWords.Of(token, known));
    }

    private static IEnumerable<CommandResult> Parents(CommandResult result) =>
        result.Parent is CommandResult parent ? Parents(parent).Prepend(result) : [result];
}
