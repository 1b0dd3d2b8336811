using Drydock.Cli.Init;

namespace Drydock.Cli.CommandLine;

/// <summary>What is wrong with a command line, as one sentence with the nearest right word. The sentences of
/// System.CommandLine name types of .NET.</summary>
internal static class WrongUsage
{
    public static string Explain(ParseResult parsed)
    {
        var missing = parsed.CommandResult.Command.Options.FirstOrDefault(
            o => o.Required && parsed.GetResult(o) is not { IdentifierTokenCount: > 0 });

        // An optional argument takes the place of an option that is misspelt, and its value is left over.
        var option = parsed.CommandResult.Children.OfType<ArgumentResult>().SelectMany(a => a.Tokens)
            .Select(t => t.Value).FirstOrDefault(IsOption);
        var problem = option is not null ? Unknown(option, parsed.CommandResult)
            : parsed.UnmatchedTokens is [var unknown, ..] ? Unknown(unknown, parsed.CommandResult)
            : missing is not null ? $"{missing.Name} is missing."
            : Explain(parsed.Errors[0]);
        return $"{problem} See `{HelpPage.PathOf(parsed.CommandResult)} --help`.";
    }

    /// <summary>A switch with a value that is none, which the parser takes for an argument; null without one.</summary>
    public static string? OfSwitch(ParseResult parsed, IReadOnlyList<string> words) => words.TakeWhile(w => w != "--")
        .Where(w => w.Split('=') is [var name, var value] && !bool.TryParse(value, out _)
            && parsed.CommandResult.Command.Options.Any(o => o.ValueType == typeof(bool) && o.Name == name))
        .Select(w => $"{w} is wrong; expected is true or false.").FirstOrDefault();

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
                if (result.Tokens.FirstOrDefault(t => IsOption(t.Value)) is { } option)
                {
                    result.AddError(Unknown(option.Value, (CommandResult)result.Parent!));
                }
                else if (result.Tokens.Any(t => t.Value.Length == 0))
                {
                    result.AddError($"{result.Argument.Name.ToUpperInvariant()} is empty.");
                }
            });
        }

        foreach (var option in command.Options)
        {
            option.Validators.Add(static result =>
            {
                var problems = result.Tokens.Select(t => OfValue(result.Option.Name, t.Value)).OfType<string>();
                problems.ToList().ForEach(result.AddError);
            });
        }

        foreach (var subcommand in command.Subcommands)
        {
            Refuse(subcommand);
        }
    }

    private static string? OfValue(string option, string value) => option switch
    {
        _ when value.Length == 0 => $"{option} is empty.",
        SharedOptions.Namespace or SharedOptions.OperatorSpace when !ObjectName.IsNamespace(value) =>
            $"{option} is '{value}'; expected are lower-case letters, digits and hyphens, at most 63.",

        // It is sent as a header.
        SharedOptions.ActsAs when value.Any(c => c is < ' ' or > '~') =>
            $"{option} has a control character or one that is not ASCII. Remove it.",
        "--name" when !ObjectName.IsValid(value) => ObjectName.Refusal(option, value),
        "--pd" or "--master" when !HostAndPort.IsAddress(value) =>
            $"{option} is '{value}'; expected is HOST or HOST:PORT, an IPv6 address with a port in brackets.",
        _ => null,
    };

    private static bool IsOption(string word) => word.StartsWith('-') && word.Length > 1;

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
