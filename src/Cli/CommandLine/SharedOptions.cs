using System.CommandLine.Completions;

namespace Drydock.Cli.CommandLine;

/// <summary>Arguments and options of several verbs, which are read by name.</summary>
internal static class SharedOptions
{
    public const string Run = "name";
    public const string Kubeconfig = "--kubeconfig";
    public const string Context = "--context";
    public const string Namespace = "--namespace";
    public const string OperatorSpace = "--operator-namespace";
    public const string ActsAs = "--as";
    public const string RequestTimeout = "--request-timeout";

    /// <summary>Options that every verb has.</summary>
    public static IEnumerable<Option> OfAll()
    {
        yield return new Option<string?>(Kubeconfig)
        {
            Description = "Path of a kubeconfig; without it KUBECONFIG, or ~/.kube/config.",
            Recursive = true,
        };
        yield return new Option<string?>(Context) { Description = "Context of the kubeconfig.", Recursive = true };
        yield return new Option<string?>(Namespace, "-n")
        {
            Description = "Namespace of the object; without it that of the context.",
            Recursive = true,
        };
        yield return new Option<string?>(ActsAs)
        {
            Description = "User as whom the API server carries out the requests.",
            Recursive = true,
        };
        var timeout = Timeout(
            "How long to ask the API server again while it does not answer, a duration such as 30s; 0 without a limit. "
                + "Default: 2m. What follows a run continues.",
            RequestTimeout);
        timeout.Recursive = true;
        yield return timeout;
    }

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

    public static Option<string> OperatorNamespace() => new(OperatorSpace)
    {
        Description = "Where the operator runs.",
        DefaultValueFactory = static _ => Invocation.OperatorNamespace,
    };

    public static Option<TimeSpan?> Timeout(string description, string name = "--timeout") => new(name)
    {
        Description = description,
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (!KubernetesDuration.TryParse(text, out var value) && text != "0")
            {
                result.AddError($"{name} is '{text}'; expected is a duration such as 90s or 2m.");
            }

            return value;
        },
    };
}
