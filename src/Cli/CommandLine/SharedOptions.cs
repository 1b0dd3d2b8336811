using System.CommandLine.Completions;

namespace Drydock.Cli.CommandLine;

/// <summary>Arguments and options of several verbs, which are read by name.</summary>
internal static class SharedOptions
{
    public const string Run = "name";
    public const string Kubeconfig = "--kubeconfig";
    public const string Context = "--context";
    public const string Namespace = "--namespace";

    /// <summary>Options that every verb has.</summary>
    public static IEnumerable<Option<string?>> OfAll() =>
    [
        new(Kubeconfig)
        {
            Description = "Path of a kubeconfig; without it KUBECONFIG, or ~/.kube/config.",
            Recursive = true,
        },
        new(Context) { Description = "Context of the kubeconfig.", Recursive = true },
        new(Namespace, "-n")
        {
            Description = "Namespace of the object; without it that of the context.",
            Recursive = true,
        },
    ];

    public static Argument<string> RunArgument(VerbRunner runner)
    {
        var argument = new Argument<string>(Run)
        {
            Description = "Name of the upgrade, or KIND/NAME (omsu/oms-322-to-422) if two kinds have it.",
            HelpName = Run,
        };
        argument.CompletionSources.Add(runner.CompleteNames);
        return argument;
    }

    public static Argument<string?> OptionalArgument(
        string name, string description, Func<CompletionContext, IEnumerable<CompletionItem>> completions)
    {
        var argument = new Argument<string?>(name)
        {
            Description = description,
            Arity = ArgumentArity.ZeroOrOne,
            HelpName = name,
        };
        argument.CompletionSources.Add(completions);
        return argument;
    }

    public static Option<TimeSpan?> Timeout(string description) => new("--timeout")
    {
        Description = description,
        CustomParser = static result =>
        {
            var text = result.Tokens[0].Value;
            if (!KubernetesDuration.TryParse(text, out var value))
            {
                result.AddError($"--timeout is '{text}'; expected is a duration such as 90s or 2m.");
            }

            return value;
        },
    };
}
